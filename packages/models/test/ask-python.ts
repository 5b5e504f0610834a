import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTensor } from '@cloze/backend';

const rowsOf = ({ values, shape: [rows = 0, ...rest] }: HostTensor): number[] | number[][] => {
  const size = rest.reduce((a, b) => a * b, 1);
  const all = Array.from(values);
  return rest.length === 0 ? all : Array.from({ length: rows }, (_, i) => all.slice(i * size, (i + 1) * size));
};
/** Tensors as JSON has them: rows of numbers, or numbers. */
export const plain = (tensors: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, rowsOf(tensor)]));

/** Runs a script of tooling/oracles on a file of JSON; gives the JSON it says. @param folder where the file may lie */
export function askPython<T>(python: string, script: string, work: object, folder: string): T {
  const file = join(folder, 'work.json');
  writeFileSync(file, JSON.stringify(work));
  const ran = spawnSync(python, [script, file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout.split('\n').find((line) => /^[[{]/.test(line)) ?? '{}') as T;
}
