import { beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { variables as engineVariables } from "../engine/config.ts";
import { createEngineMetrics } from "../engine/metrics.ts";
import { createGateway } from "../gateway/app.ts";
import { variables as gatewayVariables } from "../gateway/config.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { createMemoryIdempotency } from "../ports/idempotency/idempotency-memory.ts";
import { createLogMetrics } from "../ports/log/service-log.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import type { Variable } from "../ports/process/environment.ts";
import { createMemoryRateLimit } from "../ports/rate-limit/rate-limit-memory.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { joinedText } from "../ports/telemetry/metric-set.ts";
import { familyOf, parseMetrics } from "../ports/telemetry/metrics-text.fixture.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import { variables as projectorVariables } from "../projector/config.ts";
import { createProjectorMetrics } from "../projector/metrics.ts";
import { createProjector } from "../projector/projector.ts";
import { createQuery } from "../query/app.ts";
import { variables as queryVariables } from "../query/config.ts";
import { awayReadDb } from "../query/query.fixture.ts";

const text = (path: string): string => readFileSync(join(import.meta.dir, path), "utf8");

interface Expression {
  /** File and panel or alert. */
  readonly place: string;
  readonly expr: string;
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
}

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly action: string };
    }[];
  }[];
}

const dashboards = readdirSync(join(import.meta.dir, "grafana/dashboards"))
  .toSorted()
  .map((name) => JSON.parse(text(`grafana/dashboards/${name}`)) as Dashboard);
const { groups } = Bun.YAML.parse(text("prometheus-alerts.yml")) as Rules;

function expressions(): Expression[] {
  const drawn = dashboards.flatMap(({ title, panels, templating }) => [
    ...templating.list.map(({ query }) => ({ place: title, expr: query.query })),
    ...panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr }) => ({ place: `${title} / ${panel.title}`, expr })),
    ),
  ]);
  const alerted = groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr }) => ({ place: `alert ${alert}`, expr }));
  return [...drawn, ...alerted];
}

/** Metrics that an expression names and no service has. */
function missing(
  { place, expr }: Expression,
  families: ReadonlyMap<string, string>,
): readonly string[] {
  const named = new Set(expr.match(/\borderbook_\w+/g) ?? []);
  return [...named]
    .filter((name) => familyOf(name, families) === null)
    .map((name) => `${place}: ${name}`);
}

/** What the four services have, each as it is before it has started. */
async function everyFamily(): Promise<ReadonlyMap<string, string>> {
  const log = createMemoryLog({ partitionCount: 1, clock: systemClock });
  const gateway = createGateway({
    log,
    snapshots: createMemorySnapshots(),
    clock: systemClock,
    idempotency: createMemoryIdempotency(systemClock),
    rateLimit: createMemoryRateLimit(systemClock),
    query: { url: () => null, secret: "s" },
    assets: new Map(),
  });
  const parts = { log, readDb: awayReadDb, analytics: null, clock: systemClock };
  const projector = createProjector({ ...parts, onAlarm: () => {} });
  const sets = [
    { text: async () => (await gateway.fetch(new Request("http://gateway/metrics"))).text() },
    createEngineMetrics({ log, worker: { hosts: [], standbys: [], roles: [] }, tracer: noTracer }),
    createProjectorMetrics(projector, { tracer: noTracer }),
    createQuery({ ...parts, secret: "s" }).metrics,
    createLogMetrics({
      watchdog: { stallCounts: new Map(), brokersAway: false },
      loop: { stallCount: 0 },
      commitFailureCount: () => 0,
    }),
  ];
  return parseMetrics(await joinedText(sets)).types;
}

let families: ReadonlyMap<string, string>;
beforeAll(async () => {
  families = await everyFamily();
});

describe("Every metric that is named", () => {
  test("in a dashboard or an alert is one that a service has", () => {
    expect(expressions().flatMap((expression) => missing(expression, families))).toEqual([]);
    expect(expressions().length).toBeGreaterThan(60);
  });

  test("and is not, is noticed", () => {
    const expr = `sum(rate(orderbook_engine_commands_total[1m])) / orderbook_engine_lag_record{a="b"}
      + orderbook_engine_commands_total_bucket + orderbook_gateway_request_seconds_bucket`;
    expect(missing({ place: "planted", expr }, families)).toEqual([
      "planted: orderbook_engine_lag_record",
      "planted: orderbook_engine_commands_total_bucket",
    ]);
  });

  test("of a histogram's buckets is asked by quantile, and a counter by its rate", () => {
    for (const { place, expr } of expressions()) {
      for (const name of expr.match(/\borderbook_\w+/g) ?? []) {
        if (!name.endsWith("_total") && !name.endsWith("_bucket")) continue;
        const asked = new RegExp(`(rate|increase)\\(\\s*${name}(\\{[^}]*\\})?\\[`);
        expect([place, name, asked.test(expr)]).toEqual([place, name, true]);
      }
    }
  });
});

test("every metric of ours is told of somewhere, in a dashboard or an alert", () => {
  const named = expressions().map(({ expr }) => expr);
  const uptime = /_uptime_seconds$/;
  const untold = [...families.keys()]
    .filter((family) => !uptime.test(family))
    .filter((family) => !named.some((expr) => new RegExp(`\\b${family}(_bucket)?\\b`).test(expr)));
  expect(untold).toEqual([]);
});

test("every expression closes what it opens", () => {
  for (const { place, expr } of expressions()) {
    const open: string[] = [];
    for (const char of expr.replaceAll(/"[^"]*"/g, "")) {
      if ("([{".includes(char)) open.push(char);
      const opener = { ")": "(", "]": "[", "}": "{" }[char];
      if (opener !== undefined) expect([place, open.pop()]).toEqual([place, opener]);
    }
    expect([place, open]).toEqual([place, []]);
  }
});

test("every alert says how urgent it is, what is wrong and what to do", () => {
  const rules = groups.flatMap((group) => group.rules);
  for (const { alert, labels, annotations } of rules) {
    expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(page|ticket)$/)]);
    expect(annotations.summary.length, alert).toBeGreaterThan(20);
    expect(annotations.action.length, alert).toBeGreaterThan(10);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

interface Scrape {
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly dns_sd_configs: readonly {
      readonly names: readonly string[];
      readonly port: number;
    }[];
  }[];
}

test("Prometheus scrapes each service at the port of its private listener, and reads the rules where compose.yaml puts them", () => {
  const { scrape_configs: jobs } = Bun.YAML.parse(text("prometheus.yml")) as Scrape;
  const portOf = (variables: readonly Variable[]): number =>
    Number(variables.find(({ name }) => name === "ORDERBOOK_OPERATIONS_PORT")?.fallback);
  const scraped = jobs.map(({ job_name: job, dns_sd_configs: [service] }) => [
    job,
    service?.names[0],
    service?.port,
  ]);
  expect(scraped).toEqual([
    ["gateway", "gateway", portOf(gatewayVariables)],
    ["engine", "engine", portOf(engineVariables)],
    ["projector", "projector", portOf(projectorVariables)],
    ["query", "query", portOf(queryVariables)],
  ]);
  const rulesPath = /- (\/etc\/prometheus\/\S+)/.exec(text("prometheus.yml"))?.[1] ?? "";
  const compose = readFileSync(join(dirname(import.meta.dir), "compose.yaml"), "utf8");
  expect(compose).toContain(`./ops/prometheus-alerts.yml:${rulesPath}:ro`);
});
