import { arch, cpus, platform, release, totalmem } from "node:os";

/** What a result was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly coreCount: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly bun: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? "unknown",
    coreCount: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${release()} ${arch()}`,
    bun: Bun.version,
  };
}

export function machineLine({ cpu, coreCount, memoryGiB, os, bun }: Machine): string {
  return `${cpu}, ${coreCount} cores, ${memoryGiB} GiB, ${os}, Bun ${bun}`;
}
