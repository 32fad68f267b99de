# MinIO publishes neither images nor binaries any more: built from its last published commit, the one of ops/services/minio.ts.
FROM golang:1.26 AS build
RUN CGO_ENABLED=0 GOBIN=/out go install -trimpath github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/minio /usr/local/bin/minio
ENTRYPOINT ["minio"]
