/** What operators and machines ask a service. */
export interface Operations {
  /** 200 when `ready`, else 503; the rest of the object tells why. */
  readiness(): { readonly ready: boolean } & Readonly<Record<string, unknown>>;
  /** Prometheus' text format. */
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
}

export interface OperationsListener {
  readonly url: string;
  close(): Promise<void>;
}

const noStore = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * A service's private door: `/healthz` (the process answers), `/readyz`, `/metrics`. It is open from the first moment on and apart from
 * whatever the service serves, so that neither load nor a certificate of the public side hides a sick process.
 */
export function openOperations(
  listener: { readonly hostname: string; readonly port: number },
  operations: Operations,
): OperationsListener {
  const server = Bun.serve({
    ...listener,
    maxRequestBodySize: 0,
    routes: {
      "/healthz": () => Response.json({ status: "ok" }, { headers: noStore }),
      "/readyz": () => {
        const readiness = operations.readiness();
        const status = readiness.ready ? 200 : 503;
        return Response.json(readiness, { status, headers: noStore });
      },
      "/metrics": async () => {
        const { text, contentType } = await operations.metrics();
        return new Response(text, { headers: { ...noStore, "content-type": contentType } });
      },
    },
    fetch: () => new Response("There is nothing here\n", { status: 404, headers: noStore }),
  });
  return { url: server.url.origin, close: () => server.stop(true) };
}
