# The four services in one image: `docker build -t orderbook .`; which one it is, the command says.
FROM oven/bun:1.4.5 AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends gcc make python3 libc6-dev libssl-dev zlib1g-dev libzstd-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
# ClickHouse is a server of its own here: the package that carries one is left out.
RUN bun install --frozen-lockfile --production --omit=optional
COPY . .
RUN bun -e 'import { buildLibrdkafka } from "/app/ops/services/librdkafka.ts"; import { copyFileSync } from "node:fs"; copyFileSync(await buildLibrdkafka("/tmp/cache"), "/app/librdkafka.so.1");' \
  && bun ops/page-files.ts /app/page

FROM oven/bun:1.4.5
RUN apt-get update \
  && apt-get install -y --no-install-recommends libssl3 zlib1g libzstd1 openssl \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
WORKDIR /app
ENV RDKAFKA_SO=/app/librdkafka.so.1 GATEWAY_PAGE_FOLDER=/app/page NODE_ENV=production
USER bun
