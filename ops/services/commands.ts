import { ServiceError } from "./service.ts";

/** Runs a set-up command to its end; throws with its last lines when it fails. */
export async function run(
  command: readonly string[],
  options: { cwd?: string; environment?: Record<string, string>; hint?: string } = {},
): Promise<string> {
  const child = Bun.spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) === 0) return out;
  const tail = `${out}\n${err}`.trim().split("\n").slice(-8).join("\n");
  throw new ServiceError(`${command.slice(0, 3).join(" ")} failed. ${options.hint ?? ""}\n${tail}`);
}

/** A Debian package where its program is not there yet; only root can install it. */
export async function debianPackage(program: string, name: string): Promise<void> {
  if (Bun.which(program) !== null) return;
  const hint = `Install ${name} (Debian: apt-get install ${name}).`;
  if (process.getuid?.() !== 0) throw new ServiceError(`${program} is missing. ${hint}`);
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  await run(["apt-get", "update"], { environment, hint });
  await run(["apt-get", "install", "-y", "--no-install-recommends", name], { environment, hint });
}

/** Whether a request there gets the beginning of an answer in time: a port may be open long before anybody serves it. */
export async function answersBytes(
  port: number,
  request: Uint8Array,
  waitMs: number,
): Promise<boolean> {
  const answered = Promise.withResolvers<boolean>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: () => answered.resolve(true),
      close: () => answered.resolve(false),
    },
  }).catch(() => null);
  // A refused connection is the answer "not yet".
  if (socket === null) return false;
  socket.write(request);
  const timer = setTimeout(() => answered.resolve(false), waitMs);
  try {
    return await answered.promise;
  } finally {
    clearTimeout(timer);
    socket.terminate();
  }
}

/** Whether something accepts TCP connections there. */
export async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
    socket.end();
    return true;
  } catch {
    // A refused connection is the answer "not yet".
    return false;
  }
}
