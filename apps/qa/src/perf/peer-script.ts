import { fileURLToPath } from 'node:url';
import type { PerfContext } from './row.ts';

/** The path of a script in `tooling/peers`. */
export const peerScript = (name: string): string =>
  fileURLToPath(new URL(`../../../../tooling/peers/${name}`, import.meta.url));

/** The interpreter of a context. @throws when there is none */
export function pythonOf({ python }: PerfContext): string {
  if (python === undefined)
    throw new Error('this row needs an interpreter with torch and transformers: --python PATH.');
  return python;
}
