/**
 * A process that is a ClickHouse server: libchdb's clickhouse-local, told to open its HTTP listener. Started by
 * clickhouse-process.ts; the call blocks for the life of the server.
 */
import { dlopen, FFIType, ptr } from "bun:ffi";

const setParentDeathSignal = 1;
const killSignal = 9;

const [library, dataDir, configFile, port, parentPid] = process.argv.slice(2);
if (
  library === undefined ||
  dataDir === undefined ||
  configFile === undefined ||
  port === undefined ||
  parentPid === undefined
) {
  throw new Error("Give library, data folder, config file, port and the parent's pid");
}
dieWithParent(Number(parentPid));
const failure = serve(library, [
  "clickhouse-local",
  `--path=${dataDir}`,
  `--http_port=${port}`,
  "--listen_host=127.0.0.1",
  `--config-file=${configFile}`,
  "--query",
  "SYSTEM START LISTEN HTTP; SELECT sleepEachRow(1) FROM system.numbers " +
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null",
]);
process.stderr.write(`${failure}\n`);
process.exit(1);

/** A server that outlived the venue would hold the folder's lock against the next one. */
function dieWithParent(pid: number): void {
  if (process.platform === "linux") {
    const { symbols } = dlopen("libc.so.6", {
      prctl: {
        args: [FFIType.i32, FFIType.u64, FFIType.u64, FFIType.u64, FFIType.u64],
        returns: FFIType.i32,
      },
    });
    if (symbols.prctl(setParentDeathSignal, killSignal, 0, 0, 0) !== 0) {
      throw new Error("prctl(PR_SET_PDEATHSIG) failed");
    }
  }
  if (process.ppid !== pid) process.exit(1);
}

/** Returns, with the reason, only when the server ends. */
function serve(path: string, args: readonly string[]): string {
  const { symbols } = dlopen(path, {
    chdb_query_cmdline: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.ptr },
    chdb_result_error: { args: [FFIType.ptr], returns: FFIType.cstring },
  });
  const texts = args.map((arg) => Buffer.from(`${arg}\0`));
  const argv = new BigUint64Array(texts.map((text) => BigInt(ptr(text))));
  const result = symbols.chdb_query_cmdline(texts.length, ptr(argv));
  const error = result === null ? null : symbols.chdb_result_error(result);
  return error === null ? "The server ended" : String(error);
}
