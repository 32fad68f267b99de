import type { Environment, Variable } from "../process/environment.ts";
import type { MinioOptions } from "./snapshot-minio.ts";

export const minioVariables = {
  url: {
    name: "MINIO_URL",
    meaning: "S3 store of the snapshots, `https://host:port`",
    fallback: null,
  },
  accessKey: { name: "MINIO_ACCESS_KEY", meaning: "access key of the S3 store", fallback: null },
  secretKey: {
    name: "MINIO_SECRET_KEY_FILE",
    meaning: "file with the secret key of the S3 store",
    fallback: null,
  },
  bucket: {
    name: "MINIO_BUCKET",
    meaning: "bucket of the snapshots; it is there already",
    fallback: "orderbook-snapshots",
  },
  prefix: {
    name: "MINIO_PREFIX",
    meaning: "stands before every object's name, so that venues can share a bucket",
    fallback: "",
  },
} as const satisfies Record<string, Variable>;

export function readMinio(environment: Environment): MinioOptions {
  return {
    endpoint: environment.url(minioVariables.url, ["http:", "https:"]),
    accessKey: environment.text(minioVariables.accessKey),
    secretKey: environment.secret(minioVariables.secretKey),
    bucket: environment.text(minioVariables.bucket),
    prefix: environment.text(minioVariables.prefix),
  };
}
