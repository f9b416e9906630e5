# Built in e2e/clients/servers/python, which has the server and the hashes of what it needs.
FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY server.py .
USER 65532:65532
CMD ["python3", "/app/server.py"]
