import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Runs a file in a Node that says it is of another version. */
function runAs(version: string, file: string) {
  const disguise = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
  return spawnSync(process.execPath, ['--import', disguise, file, '--help'], { encoding: 'utf8' });
}

describe('an old Node', () => {
  it.each(['.pnpmfile.cjs', 'tooling/run-app.mjs', 'tooling/test.mjs', 'tooling/check.mjs'])(
    'is refused by %s in one sentence, with exit code 2',
    (file) => {
      for (const version of ['18.20.8', '20.18.3']) {
        const { status, stderr, stdout } = runAs(version, file);
        expect(stderr).toBe(
          `Cloze needs Node 20.19 or later, this is Node ${version}; install a newer one from nodejs.org, then run the same command again.\n`,
        );
        expect([status, stdout]).toEqual([2, '']);
      }
    },
  );
  it('is told from those that work', () => {
    for (const version of ['20.19.0', '22.0.0', '24.21.0']) expect(runAs(version, '.pnpmfile.cjs').status).toBe(0);
  });
});
