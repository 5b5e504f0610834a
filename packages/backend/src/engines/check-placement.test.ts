import { describe, expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { createVariables } from '../compile/create-variables.ts';
import { floats } from '../expression/host-tensors.ts';
import type { Tensor } from '../expression/tensor.ts';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import { gelu } from '../nn/gelu.ts';
import { matmul } from '../operations/matmul.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import { checkPlacement } from './check-placement.ts';
import { type Engine, type EngineName, engineNames, type Placement } from './engine.ts';
import { onnxEngine } from './onnx-engine.ts';
import { referenceEngine } from './reference-engine.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';

/** A value of each field that asks for something, and one that asks for nothing. */
const fields: Readonly<Record<keyof Placement, readonly [asking: Placement, idle?: Placement]>> = {
  device: [{ device: '/cpu:0' }],
  intraOpThreads: [{ intraOpThreads: 3 }],
  interOpThreads: [{ interOpThreads: 2 }],
  fuse: [{ fuse: true }, { fuse: false }],
  matmulPrecision: [{ matmulPrecision: 'bfloat16' }, { matmulPrecision: 'float32' }],
  xla: [{ xla: true }, { xla: false }],
  cpuDevices: [{ cpuDevices: 2 }, { cpuDevices: 1 }],
  onRun: [{ onRun: () => {} }],
};
const names = Object.keys(fields) as readonly (keyof Placement)[];

/** What each engine honours, written down once more: whoever changes one list has to change the other. */
function honours(engine: EngineName, field: keyof Placement): boolean {
  if (engine.startsWith('tensorflow')) return true;
  return engine.startsWith('onnx') && ['intraOpThreads', 'interOpThreads', 'onRun'].includes(field);
}

describe.each(engineNames)('a placement on %s', (engine) => {
  it.each(names)('%s is honoured or refused by its name', (field) => {
    const [asking, idle = {}] = fields[field];
    const ask = () => checkPlacement('here', engine, asking);
    if (honours(engine, field)) expect(ask).not.toThrow();
    else
      expect(ask).toThrow(
        new RegExp(`^here: engine '${engine}' has no .*: leave ${field} out, or choose 'tensorflow'\\.$`),
      );
    expect(() => checkPlacement('here', engine, idle)).not.toThrow();
    expect(() => checkPlacement('here', engine, { [field]: undefined })).not.toThrow();
  });
});

it('names everything at once, and what no engine knows', () => {
  const wrong = { xla: true, threads: 2, intraOpThreads: 0, matmulPrecision: 'bf16' } as object;
  expect(() => checkPlacement('here', 'reference', wrong)).toThrow("here: there is no option 'placement.threads'");
  for (const words of [
    'placement.intraOpThreads must be a whole number from 1, got 0',
    'placement.matmulPrecision must be one of float32, bfloat16, got "bf16"',
    "engine 'reference' has no XLA: leave xla out, or choose 'tensorflow'",
  ])
    expect(() => checkPlacement('here', 'reference', wrong)).toThrow(words);
  // One thread is what the reference has.
  checkPlacement('here', 'reference', { intraOpThreads: 1, interOpThreads: 1 });
});

const found = findLibtensorflow(thisMachine());
const here: readonly Engine[] = [
  referenceEngine(),
  onnxEngine(),
  ...('directory' in found ? [tensorflowEngine(found.directory)] : []),
];

describe.each(here.map((engine) => [engine.name, engine] as const))('what is honoured on %s', (name, engine) => {
  const input = floats([64, 64], new Float32Array(64 * 64).fill(0.01));
  const ran = async (placement: Placement) => {
    const variables = createVariables(engine, {}, placement);
    try {
      return await compile(variables, (_state, { x }: { x: Tensor }) => ({ outputs: { y: sum(gelu(matmul(x, x))) } }))({
        x: input,
      });
    } finally {
      variables.dispose();
    }
  };

  it.each(names)('%s', async (field) => {
    const [asking] = fields[field];
    if (!honours(name, field)) return expect(ran(asking)).rejects.toThrow(`leave ${field} out`);
    const [usual, asked] = [await ran({}), await ran(asking)];
    const ratio = (asked.y.values[0] as number) / (usual.y.values[0] as number);
    // bfloat16 keeps three digits.
    expect(Math.abs(ratio - 1)).toBeLessThan(field === 'matmulPrecision' ? 4e-3 : 1e-5);
  });

  it('onRun tells what each operation cost, in order', async () => {
    if (!honours(name, 'onRun')) return;
    const seen: string[] = [];
    await ran({
      fuse: false,
      onRun: (times) => {
        for (const { operation, duration, node } of times) {
          seen.push(operation);
          expect(duration).toBeGreaterThanOrEqual(0);
          expect(node).not.toBe('');
        }
      },
    });
    expect(seen.some((operation) => /MatMul|Gemm/.test(operation))).toBe(true);
    expect(seen.some((operation) => /Sum/.test(operation))).toBe(true);
  });
});
