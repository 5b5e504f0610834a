import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@cloze/sweeps/node';
import type { RunSpec } from './run-spec.ts';

/** What a record says of an encoder: the hash of its weights, not where it lies. */
export function encoderOf(folder: string): NonNullable<RunSpec['encoder']> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return { name: folder, sha256: 'of the hub' };
  const weights = join(folder, 'model.safetensors');
  const found = statSync(weights, { throwIfNoEntry: false });
  return { name: 'folder', sha256: found ? sha256(readFileSync(weights)) : 'of another format' };
}
