import type { Environment, Variable } from "./environment.ts";

/** Where a server of ours listens, and its certificate where it speaks TLS. */
export interface Listener {
  readonly hostname: string;
  readonly port: number;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
}

/** Variables of every service's listeners. */
export const tlsVariables = {
  certificate: {
    name: "TLS_CERTIFICATE_FILE",
    meaning:
      "PEM certificate chain of the public listener, which then speaks TLS; needed off loopback",
    fallback: "",
  },
  key: {
    name: "TLS_KEY_FILE",
    meaning: "PEM private key of the certificate",
    fallback: "",
  },
} as const satisfies Record<string, Variable>;

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Off loopback a listener needs TLS. */
export function readListener(
  environment: Environment,
  variables: { readonly host: Variable; readonly port: Variable },
): Listener {
  const hostname = environment.text(variables.host);
  const port = environment.integer(variables.port, { min: 0, max: 65_535 });
  const tls = readTls(environment);
  if (tls === null && !loopback.test(hostname)) {
    const { certificate, key } = tlsVariables;
    const need = `it needs ${certificate.name} and ${key.name}, or a loopback address`;
    environment.reject(variables.host, `is ${hostname}, which others reach: ${need}`);
  }
  return { hostname, port, tls };
}

/** What `Bun.serve` takes. */
export function serveOptions({ hostname, port, tls }: Listener): {
  hostname: string;
  port: number;
  tls?: { cert: Bun.BunFile; key: Bun.BunFile };
} {
  if (tls === null) return { hostname, port };
  return {
    hostname,
    port,
    tls: { cert: Bun.file(tls.certificateFile), key: Bun.file(tls.keyFile) },
  };
}

function readTls(environment: Environment): Listener["tls"] {
  const certificateFile = environment.file(tlsVariables.certificate);
  const keyFile = environment.file(tlsVariables.key);
  if (certificateFile !== "" && keyFile !== "") return { certificateFile, keyFile };
  if (certificateFile !== "") environment.reject(tlsVariables.key, "is missing");
  if (keyFile !== "") environment.reject(tlsVariables.certificate, "is missing");
  return null;
}
