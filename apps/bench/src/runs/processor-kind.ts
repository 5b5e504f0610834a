import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The widest products a processor has, by the name Linux gives them, widest first; kernels, so bits and speed, differ by them. */
const widest: readonly (readonly [flag: string, name: string])[] = [
  ['amx_bf16', 'AMX with bfloat16'],
  ['avx512_bf16', 'AVX-512 with bfloat16'],
  ['avx512f', 'AVX-512'],
  ['avx2', 'AVX2, no AVX-512'],
];

const linuxInfo = () => {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
};

/**
 * A processor's model and the widest vector instructions it has: a hosted machine's model alone (`AMD EPYC`) does not say which.
 *
 * @param info as `/proc/cpuinfo`; where there is none, the model alone is told
 */
export function processorKind(model = cpus()[0]?.model.trim() ?? 'unknown', info = linuxInfo()): string {
  const flags = /^flags\s*:(.*)$/m.exec(info)?.[1]?.trim().split(/\s+/);
  const found = widest.find(([flag]) => flags?.includes(flag))?.[1];
  return found === undefined ? model : `${model}, ${found}`;
}
