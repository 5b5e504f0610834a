import * as web from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { createVariables } from '../compile/create-variables.ts';
import { gradients } from '../expression/gradients.ts';
import { floats, ints } from '../expression/host-tensors.ts';
import type { Tensor } from '../expression/tensor.ts';
import { adamStep } from '../nn/adam.ts';
import { dropout } from '../nn/dropout.ts';
import { multiply } from '../operations/elementwise.ts';
import { constant } from '../operations/leaves.ts';
import { rootKey } from '../operations/random.ts';
import { sum } from '../operations/sum-and-broadcast.ts';
import { onnxEngine } from './onnx-engine.ts';

const weights = { weight: floats([2], Float32Array.of(1, 2)) };

it("a page's ONNX Runtime is named, and what it has not is refused by name, all at once", () => {
  const engine = onnxEngine({ runtime: web });
  expect(engine).toMatchObject({ name: 'onnx', origin: 'onnxruntime-web', version: web.env.versions.web });
  expect(() => createVariables(engine, weights, { intraOpThreads: 2, onRun: () => {} })).toThrow(
    /no intraOpThreads: .*env\.wasm\.numThreads.*no onRun/,
  );
  createVariables(engine, weights).dispose();
  createVariables(onnxEngine(), weights, { intraOpThreads: 2 }).dispose();
});

/** More numbers than one thread is left alone with, and a mask of as many. */
function largeTraining(intraOpThreads: number) {
  const shape = [1500, 400];
  const leaf = (of: (i: number) => number) =>
    floats(
      shape,
      Float32Array.from({ length: 600_000 }, (_, i) => of(i)),
    );
  const state = { p: leaf(Math.sin), m: leaf(() => 0), v: leaf(() => 0), other: leaf(Math.cos) };
  const variables = createVariables(onnxEngine(), state, { intraOpThreads });
  const step = compile(variables, ({ p, m, v, other }, { key }: { key: Tensor }) => {
    const seen = dropout(multiply(p, other), { rate: 0.1, key: rootKey(key) });
    const loss = sum(multiply(seen, seen));
    const moments = { mean: m, variance: v, beta1Power: constant([0.9], []), beta2Power: constant([0.999], []) };
    const operands = { parameter: p, gradient: gradients(loss, p), rate: constant([0.01], []), ...moments };
    const next = adamStep(operands, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 });
    return { outputs: { loss }, state: { p: next.parameter, m: next.mean, v: next.variance, other: seen } };
  });
  return { variables, run: (t: number) => step({ key: ints([3], Int32Array.of(5, t, 0)) }) };
}

it('trains alike on one, two and three threads, to the bit, and reads what it trained', async () => {
  const found = [1, 2, 3].map(async (threads) => {
    const { variables, run } = largeTraining(threads);
    const losses: number[] = [];
    for (let t = 0; t < 5; t++) losses.push((await run(t)).loss.values[0] as number);
    const { m, other } = variables.read();
    // All other memory is freed before this is read.
    return [losses, ...[m, other, variables.take('p')].map(({ values }) => Buffer.from(values.buffer))] as const;
  });
  const [one, ...more] = await Promise.all(found);
  for (const [losses, ...buffers] of more) {
    expect(losses).toEqual(one?.[0]);
    for (const [i, buffer] of buffers.entries()) expect(buffer.equals(one?.[i + 1] as Buffer)).toBe(true);
  }
});

it('variables disposed of while a step runs end after it', async () => {
  const { variables, run } = largeTraining(2);
  await run(0);
  const last = run(1);
  variables.dispose();
  // Whether it ends well or says that the session is gone: it never writes into memory that is not its own.
  await last.catch((error) => expect(error).toBeInstanceOf(Error));
  await expect(run(2)).rejects.toThrow();
});
