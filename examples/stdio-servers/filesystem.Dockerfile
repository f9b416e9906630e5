FROM node:22-alpine
WORKDIR /app
RUN npm install --omit=dev @modelcontextprotocol/server-filesystem@2026.8.31
USER 65532:65532
CMD ["node", "/app/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js", "/data"]
