FROM node:22-alpine
WORKDIR /app
RUN npm install --omit=dev @modelcontextprotocol/server-everything@2026.8.31
USER 65532:65532
ENV PORT=3001
CMD ["node", "/app/node_modules/@modelcontextprotocol/server-everything/dist/index.js", "streamableHttp"]
