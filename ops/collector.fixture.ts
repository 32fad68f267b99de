export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceID: string;
  readonly spanID: string;
  /** Empty for a root. */
  readonly parentSpanID: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly linkedTraceIDs: readonly string[];
  readonly startedAt: bigint;
  readonly endedAt: bigint;
}

export interface Collector {
  /** What tracers are to be given. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  close(): Promise<void>;
}

/** An OpenTelemetry collector as far as traces over HTTP and JSON go. */
export function openCollector(): Collector {
  const spans: CollectedSpan[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      if (new URL(request.url).pathname !== "/v1/traces") return new Response("", { status: 404 });
      spans.push(...readSpans((await request.json()) as ExportRequest));
      return Response.json({});
    },
  });
  const url = `${server.url.origin}/v1/traces`;
  return { url, spans, close: () => server.stop(true) };
}

/** A trace's spans by name, once all of the names have come; throws when another came, or one twice. */
export async function traceOf(
  { spans }: Collector,
  traceID: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, CollectedSpan>> {
  const own = (): CollectedSpan[] => spans.filter((span) => span.traceID === traceID);
  while (!names.every((name) => own().some((span) => span.name === name))) await Bun.sleep(20);
  const found = own().map(({ name }) => name);
  if (found.toSorted().join() !== names.toSorted().join()) {
    throw new Error(`The trace has other spans than asked for: ${found.join(", ")}`);
  }
  return new Map(own().map((span) => [span.name, span]));
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly attributes: readonly Attribute[];
        readonly links: readonly { readonly traceId: string }[];
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
      }[];
    }[];
  }[];
}

function readSpans({ resourceSpans }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)["service.name"]);
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        service,
        name: span.name,
        traceID: span.traceId,
        spanID: span.spanId,
        parentSpanID: span.parentSpanId ?? "",
        attributes: valuesOf(span.attributes),
        linkedTraceIDs: span.links.map(({ traceId }) => traceId),
        startedAt: BigInt(span.startTimeUnixNano),
        endedAt: BigInt(span.endTimeUnixNano),
      }));
  });
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const),
  );
}
