import { readFileSync } from 'node:fs';

/**
 * libtensorflow's x64 builds end the whole process where the processor has no AVX (emulators, old machines): say so instead.
 *
 * @param cpuinfo as `/proc/cpuinfo`; where there is none, nothing is refused
 * @internal
 */
export function refuseOldProcessor(cpuinfo: string | undefined = read()): void {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo ?? '')?.[1];
  if (flags !== undefined && !/\bavx\b/.test(flags))
    throw new Error('this processor (or emulator) has no AVX instructions, which libtensorflow needs.');
}

function read(): string | undefined {
  try {
    return process.arch === 'x64' ? readFileSync('/proc/cpuinfo', 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
