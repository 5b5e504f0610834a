import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  'listening-address': ['packages/backend/src/replicas/mpi-replicas.test.ts', 'no rank listens anywhere'],
  'swapped-wheel': ['packages/backend/src/install/install-libtensorflow.test.ts', 'swapped'],
};

/** Names of what can be reproduced. */
export const reproductionNames: readonly string[] = [...Object.keys(reproductions), 'all'];

/** What came of doing one of them again. */
export interface Reproduced {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Tests that this machine cannot run (a full disk needs mount namespaces, a listening address Open MPI): they prove nothing. */
  readonly skipped: number;
}

/** Runs the tests of one, and counts. */
function reproduceOne(name: string, root: string): Reproduced {
  const [file, pattern] = reproductions[name] as readonly [string, string];
  const folder = mkdtempSync(join(tmpdir(), 'cloze-reproduce-'));
  try {
    const out = join(folder, 'results.json');
    const words = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', file, '-t', pattern];
    const more = ['--reporter=default', '--reporter=json', `--outputFile.json=${out}`];
    spawnSync(process.execPath, [...words, ...more], { cwd: root, stdio: ['ignore', 2, 2] });
    const { testResults } = JSON.parse(readFileSync(out, 'utf8')) as {
      readonly testResults: readonly { readonly assertionResults: readonly { fullName: string; status: string }[] }[];
    };
    // Tests of the file that were not asked for are told as skipped too.
    const own = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ fullName }) => fullName.includes(pattern));
    const count = (...states: readonly string[]) => own.filter(({ status }) => states.includes(status)).length;
    return { name, passed: count('passed'), failed: count('failed'), skipped: count('skipped', 'pending', 'todo') };
  } catch {
    return { name, passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Does again what went wrong once, from the sources of the repository.
 *
 * @param tell is told each result @returns the exit code: 0 where all of it was done and goes right now
 */
export function reproduce(name: string, tell: (result: Reproduced) => void): number {
  // apps/qa/src/cli.ts or apps/qa/dist/cli.js, three folders below the root.
  const root = join(process.argv[1] as string, '..', '..', '..', '..');
  let code = 0;
  for (const known of Object.keys(reproductions)) {
    if (name !== 'all' && known !== name) continue;
    const result = reproduceOne(known, root);
    if (result.failed > 0 || result.skipped > 0 || result.passed === 0) code = 1;
    tell(result);
  }
  return code;
}
