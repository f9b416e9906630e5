# Built in e2e/clients/servers, which has the server.
FROM gcc:15 AS build
COPY static.c .
RUN cc -std=c11 -O2 -static -s -o /server static.c
FROM scratch
COPY --from=build /server /server
USER 65532:65532
CMD ["/server"]
