// `pnpm bench`, `pnpm qa`: build what is out of date, then hand over to the app. Only the app writes to stdout.
import './refuse-old-node.cjs';
import { spawnSync } from 'node:child_process';
import { buildState, isBuilt, noteBuilt } from './build-state.mjs';
import { run } from './run.mjs';

const [app, ...args] = process.argv.slice(2);
const state = buildState();
if (!isBuilt(app, state)) {
  process.stderr.write('building\n');
  const turbo = ['exec', 'turbo', 'run', 'build', `--filter=@cloze/${app}`, '--output-logs=errors-only'];
  const { status, stdout, stderr, error } = spawnSync('pnpm', turbo, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) {
    process.stderr.write(`${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
    process.exit(1);
  }
  noteBuilt(app, state);
}
process.exit(run('node', [`apps/${app}/dist/cli.js`, ...args]));
