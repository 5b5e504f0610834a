// `pnpm test`: fetch libtensorflow where it can be had, then run every test. Arguments go to vitest.
import './refuse-old-node.cjs';
import { run } from './run.mjs';

const tsx = ['--import', 'tsx', '--conditions=@cloze/source'];
const wanted = process.env.CLOZE_ENGINE !== 'onnx';
if (wanted && run('node', [...tsx, 'packages/backend/src/cli.ts', 'install'], { stdio: ['ignore', 2, 2] }) !== 0) {
  process.stderr.write(
    'libtensorflow could not be installed: its tests are skipped. CLOZE_ENGINE=onnx says that this is meant.\n',
  );
  // A silent fall-back would let a broken engine pass: continuous integration must have it.
  if (process.env.CI) process.exit(1);
  process.env.CLOZE_ENGINE = 'onnx';
}
process.exit(run('node', ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]));
