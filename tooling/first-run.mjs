// `pnpm bench`: build what is out of date, then hand over to the bench. Only the bench writes to stdout.
import './refuse-old-node.cjs';
import { run } from './run.mjs';

const built = run('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], { stdio: ['ignore', 2, 2] });
process.exit(built === 0 ? run('node', ['apps/bench/dist/cli.js', ...process.argv.slice(2)]) : built);
