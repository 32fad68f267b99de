import { systemClock } from "../ports/clock/clock-system.ts";
import { openRedisIdempotency } from "../ports/idempotency/idempotency-redis.ts";
import { openServiceLog } from "../ports/log/service-log.ts";
import { serveOptions } from "../ports/process/listener.ts";
import { runService } from "../ports/process/service.ts";
import type { OpenService, ServiceContext } from "../ports/process/service.ts";
import { openRedisRateLimit } from "../ports/rate-limit/rate-limit-redis.ts";
import { openMinioSnapshots } from "../ports/snapshot/snapshot-minio.ts";
import { joinedText } from "../ports/telemetry/metric-set.ts";
import { createGateway } from "./app.ts";
import type { Gateway } from "./app.ts";
import { readConfig } from "./config.ts";
import type { GatewayConfig } from "./config.ts";
import type { GatewayServer } from "./sockets.ts";
import { defineOperator } from "./operator.ts";
import { readPageFolder } from "./page-folder.ts";
import { QueryProbe } from "./query-probe.ts";

/** Connections that stay open with nothing on their way are cut after this. */
const drainMaxMs = 2000;

await runService({ name: "gateway", readConfig, open });

async function open(context: ServiceContext<GatewayConfig>): Promise<OpenService> {
  const { config, logger, tracer, fail } = context;
  const { kafka, redis, listener } = config;
  const watch = { service: "gateway", lagGroup: "orderbook-gateway", endsOnStall: false } as const;
  const serviceLog = await openServiceLog({ kafka, logger, fail, ...watch });
  const { log } = serviceLog;
  const snapshots = openMinioSnapshots(config.minio);
  const keyPrefix = (use: string) => ({ ...redis, keyPrefix: `${redis.keyPrefix}${use}:` });
  const idempotency = await openRedisIdempotency(keyPrefix("idempotency"));
  const query = new QueryProbe({ ...config.query, clock: systemClock });
  const gateway = createGateway({
    log,
    snapshots,
    clock: systemClock,
    idempotency,
    rateLimit: await openRedisRateLimit(keyPrefix("limit")),
    query,
    assets: readPageFolder(config.pageFolder),
    waitMs: config.waitMs,
    allowedOrigins: config.allowedOrigins,
    tracer,
    logger,
  });
  await gateway.start();
  const server = Bun.serve({
    ...serveOptions(listener),
    maxRequestBodySize: 64 * 1024,
    fetch: publicOnly(gateway),
    websocket: gateway.websocket,
  });
  logger.info({ url: server.url.origin }, "Listening");
  const closing = new AbortController();
  let operator = config.operatorKey === null;
  bringOperator(context, gateway, closing.signal).then(
    () => (operator = true),
    (error: Error) => logger.error({ error }, "The operator's key was refused"),
  );
  return {
    readiness: () => {
      const { readiness } = gateway;
      return { ready: readiness.status === "ready", ...readiness, operator };
    },
    metrics: async () => {
      const { text, contentType } = await ask(gateway, "/metrics");
      return {
        text: await joinedText([{ text: async () => text }, serviceLog.metrics]),
        contentType,
      };
    },
    close: async () => {
      closing.abort();
      const stopped = server.stop();
      await gateway.close();
      await Promise.race([stopped, systemClock.sleep(drainMaxMs)]);
      await server.stop(true);
      await Promise.all([
        query.close(),
        idempotency.close(),
        serviceLog.close(),
        snapshots.close(),
      ]);
    },
  };
}

async function bringOperator(
  { config, logger }: ServiceContext<GatewayConfig>,
  gateway: Gateway,
  signal: AbortSignal,
): Promise<void> {
  const { operatorKey: key } = config;
  if (key === null) return;
  await defineOperator(gateway, { key, clock: systemClock, signal });
  logger.info({ keyID: key.kid }, "The operator's key is on the log");
}

/** Metrics are for the private listener: behind a proxy on this machine every caller would look local. */
function publicOnly(gateway: Gateway) {
  return (request: Request, server: GatewayServer): Promise<Response> => {
    if (new URL(request.url).pathname !== "/metrics") return gateway.fetch(request, server);
    return Promise.resolve(new Response("There is nothing here\n", { status: 404 }));
  };
}

async function ask(gateway: Gateway, path: string): Promise<{ text: string; contentType: string }> {
  const answer = await gateway.fetch(new Request(`http://gateway${path}`));
  return {
    text: await answer.text(),
    contentType: answer.headers.get("content-type") ?? "text/plain",
  };
}
