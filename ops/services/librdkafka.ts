import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { debianPackage, run } from "./commands.ts";
import { ServiceError } from "./service.ts";

const source = join(
  import.meta.dirname,
  "../../node_modules/@confluentinc/kafka-javascript/deps/librdkafka",
);

/**
 * Builds librdkafka.so from the source in the npm package, once per version; resolves with its path. Needs gcc, make and OpenSSL's
 * headers, and no network.
 */
export async function buildLibrdkafka(cache: string): Promise<string> {
  const library = join(cache, `librdkafka-${sourceVersion()}`, "librdkafka.so.1");
  if (existsSync(library)) return library;
  await debianPackage("gcc", "gcc");
  await debianPackage("make", "make");
  if (!existsSync("/usr/include/openssl/ssl.h"))
    await debianPackage("openssl-headers", "libssl-dev");
  if (!existsSync("/usr/include/zlib.h")) await debianPackage("zlib-headers", "zlib1g-dev");
  if (!existsSync("/usr/include/zstd.h")) await debianPackage("zstd-headers", "libzstd-dev");
  const work = `${library}.building`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  cpSync(source, work, { recursive: true });
  await run(["bash", "./configure", "--disable-curl", "--disable-gssapi"], { cwd: work });
  await run(["make", "-j2", "-C", "src", "librdkafka.so.1"], { cwd: work });
  await run(["strip", "--strip-unneeded", "src/librdkafka.so.1"], { cwd: work });
  renameSync(join(work, "src", "librdkafka.so.1"), library);
  rmSync(work, { recursive: true });
  return library;
}

/** RD_KAFKA_VERSION of rdkafka.h: 0xMMmmrrpp. */
function sourceVersion(): string {
  const header = readFileSync(join(source, "src", "rdkafka.h"), "utf8");
  const found = /#define RD_KAFKA_VERSION\s+0x([0-9a-f]{8})/.exec(header)?.[1];
  if (found === undefined) throw new ServiceError("librdkafka's source is not in node_modules");
  const part = (index: number): number => parseInt(found.slice(index * 2, index * 2 + 2), 16);
  return `${part(0)}.${part(1)}.${part(2)}`;
}
