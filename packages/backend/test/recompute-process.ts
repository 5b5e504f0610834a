import { readFileSync } from 'node:fs';
import {
  add,
  compile,
  createVariables,
  dropout,
  fill,
  forkKey,
  gelu,
  gradients,
  type HostTensor,
  layerNorm,
  matmul,
  multiply,
  recompute,
  rootKey,
  selectEngine,
  square,
  subtract,
  sum,
  type Tensor,
  thisMachine,
} from '../src/index.ts';

// Two training steps of a stack of blocks; writes by how many kilobytes the process's largest resident memory grew during them.
const [how] = process.argv.slice(2);
const [layers, rows, width] = [16, 2048, 128];
const { engine } = await selectEngine({ surroundings: thisMachine(), name: 'tensorflow' });
const weights = Array.from(
  { length: layers },
  (_, i): HostTensor => ({
    shape: [width, 4 * width],
    dtype: 'float32',
    values: Float32Array.from({ length: 4 * width * width }, (_, j) => Math.sin(i + j) / width),
  }),
);
const variables = createVariables(engine, { weights }, { intraOpThreads: 1, interOpThreads: 1, fuse: false });
const norm = { scale: fill([width], 1), offset: fill([width], 0) };
const step = compile(variables, (state, { x, seed }: { x: Tensor; seed: Tensor }) => {
  const block = (hidden: Tensor, w: Tensor, i: number) => {
    const inner = dropout(gelu(matmul(hidden, w)), { rate: 0.1, key: forkKey(rootKey(seed), i) });
    return layerNorm(add(hidden, matmul(inner, w, { transposeB: true })), norm, 1e-5);
  };
  const hidden = state.weights.reduce(
    (before, w, i) => (how === 'keep' ? block(before, w, i) : recompute(() => block(before, w, i))),
    x,
  );
  const loss = sum(square(hidden));
  const slopes = gradients(loss, state.weights);
  return {
    outputs: { loss },
    state: { weights: state.weights.map((w, i) => subtract(w, multiply(slopes[i] as Tensor, 1e-9))) },
  };
});
const most = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
const x = { shape: [rows, width], dtype: 'float32' as const, values: new Float32Array(rows * width).fill(0.1) };
const before = most();
for (let i = 0; i < 2; i++) await step({ x, seed: { shape: [3], dtype: 'int32', values: Int32Array.of(1, i, 0) } });
process.stdout.write(`${most() - before}`);
variables.dispose();
engine.dispose();
