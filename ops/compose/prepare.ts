import { Client } from "minio";

import { readKafka } from "../../ports/log/kafka-environment.ts";
import { Environment } from "../../ports/process/environment.ts";
import { readMinio } from "../../ports/snapshot/minio-environment.ts";
import { makeTopics } from "../topics.ts";

/** What stands before the services of compose.yaml come up, from the same variables as theirs: the topics and the bucket. */
const environment = new Environment(process.env);
const kafka = readKafka(environment);
const minio = readMinio(environment);
environment.finish();

const topics = await makeTopics(kafka, {
  partitionCount: kafka.partitionCount,
  replicationFactor: 1,
  minInsyncReplicas: 1,
});
for (const line of topics) console.log(line);

const { hostname, port, protocol } = new URL(minio.endpoint);
const client = new Client({
  endPoint: hostname,
  port: Number(port),
  useSSL: protocol === "https:",
  accessKey: minio.accessKey,
  secretKey: minio.secretKey,
});
if (!(await client.bucketExists(minio.bucket))) await client.makeBucket(minio.bucket);
console.log(`${minio.bucket}: there`);
