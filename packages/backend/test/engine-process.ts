import {
  compile,
  constant,
  createVariables,
  type EngineName,
  evaluate,
  gelu,
  gradients,
  matmul,
  multiply,
  selectEngine,
  subtract,
  sum,
  type Tensor,
  thisMachine,
} from '../src/index.ts';

// A whole life of an engine in a process of its own: opened, asked, compiled, run, an error, closed. It has nothing to say.
const [name] = process.argv.slice(2) as [EngineName];
const { engine } = await selectEngine({ surroundings: thisMachine(), name });
evaluate(engine, sum(gelu(constant([1, 2, 3]))));
const values = new Float32Array(4096).fill(0.01);
const variables = createVariables(engine, { w: { shape: [64, 64], dtype: 'float32' as const, values } });
const step = compile(variables, ({ w }, { x }: { x: Tensor }) => {
  const loss = sum(gelu(matmul(x, w)));
  return { outputs: { loss }, state: { w: subtract(w, multiply(0.01, gradients(loss, w))) } };
});
for (let i = 0; i < 3; i++) await step({ x: { shape: [64, 64], dtype: 'float32', values } });
await step({ x: { shape: [3, 3], dtype: 'float32', values: new Float32Array(9) } }).then(
  () => {
    throw new Error('a product of shapes that do not fit went through');
  },
  () => {},
);
variables.dispose();
engine.dispose();
