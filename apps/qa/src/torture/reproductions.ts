import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const hostile = 'apps/bench/src/commands/hostile.test.ts';
const tampered = 'apps/bench/src/runs/tampered.test.ts';

/** What went wrong silently once, by name: the tests that do it again. */
const reproductions: Readonly<Record<string, readonly [file: string, pattern: string]>> = {
  'full-disk': [hostile, 'a full disk'],
  lease: [hostile, 'a lease that cannot be taken'],
  'failure-reason': [hostile, 'what failed'],
  'torn-record': [hostile, 'a torn record among good ones'],
  'names-as-paths': [hostile, 'a record with paths for names'],
  'killed-parent': [hostile, 'a scheduler that is killed'],
  'tampered-runs': [tampered, 'verify'],
  'other-engine': ['packages/backend/src/engines/select-engine.test.ts', 'named'],
  'nan-checkpoint': ['packages/trainer/src/run/run-training.test.ts', 'what is no number'],
  'server-address': ['packages/backend/src/compile/compile.test.ts', 'connects to no server'],
  'swapped-wheel': ['packages/backend/src/install/install-libtensorflow.test.ts', 'swapped'],
};

/** Names of what can be reproduced. */
export const reproductionNames: readonly string[] = [...Object.keys(reproductions), 'all'];

/** Does again what went wrong once, from the sources of the repository. @returns the exit code: 0 where all of it goes right now */
export function reproduce(name: string): number {
  // apps/qa/src/cli.ts or apps/qa/dist/cli.js, three folders below the root.
  const root = join(process.argv[1] as string, '..', '..', '..', '..');
  const asked = Object.entries(reproductions).filter(([known]) => name === 'all' || known === name);
  let code = 0;
  for (const [, [file, pattern]] of asked) {
    const words = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', file, '-t', pattern];
    const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
    if (status !== 0) code = 1;
  }
  return code;
}
