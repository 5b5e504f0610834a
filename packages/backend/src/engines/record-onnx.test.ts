import { expect, it } from 'vitest';
import { compile } from '../compile/compile.ts';
import { createVariables } from '../compile/create-variables.ts';
import { gradients } from '../expression/gradients.ts';
import { floats, ints } from '../expression/host-tensors.ts';
import type { Tensor } from '../expression/tensor.ts';
import { add, multiply } from '../operations/elementwise.ts';
import { gatherRows } from '../operations/gather.ts';
import { input } from '../operations/leaves.ts';
import { reshape } from '../operations/shape.ts';
import { broadcastTo, sum } from '../operations/sum-and-broadcast.ts';
import { onnxEngine } from './onnx-engine.ts';
import { recordOnnx, refuseLarge } from './record-onnx.ts';
import { referenceEngine } from './reference-engine.ts';

it('refuses constants that no graph holds, in one sentence, before anything is written', () => {
  // Memory that is never touched is none.
  const large = [{ bytes: new Uint8Array(2 ** 30) }, { bytes: new Uint8Array(2 ** 30) }];
  expect(() => refuseLarge(large)).toThrow(
    'compile: this function has 2.1 GB of constants, and an ONNX graph holds 2 GB; make them variables or inputs, which have no limit.',
  );
  refuseLarge(large.slice(1));
});

it('a table that is read twice gets both gradients, and results given twice, fed or constant are all there', async () => {
  type Batch = { ids: Tensor; table: Tensor };
  const batch = {
    ids: ints([4], Int32Array.of(2, 0, 2, 1)),
    table: floats([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
  };
  const results = [referenceEngine(), onnxEngine()].map(async (engine) => {
    const variables = createVariables(engine, { w: floats([3, 2], Float32Array.of(6, 5, 4, 3, 2, 1)) });
    const step = compile(variables, ({ w }, { ids, table }: Batch) => {
      const read = gatherRows(w, ids);
      // Twice by rows, once whole.
      const loss = add(sum(multiply(read, read)), add(sum(multiply(w, w)), sum(gatherRows(w, reshape(ids, [2, 2])))));
      const slope = gradients(loss, w);
      return { outputs: { loss, slope, again: slope, table, w }, state: { w: add(w, slope) } };
    });
    const outputs = await step(batch);
    const plain = Object.values(outputs).map(({ values }) => [...values]);
    return [...plain, [...variables.read().w.values]];
  });
  const [reference, onnx] = await Promise.all(results);
  expect(onnx).toEqual(reference);
});

it('what ONNX broadcasts itself is not written out, and what it does not is', async () => {
  const x = input('x', { shape: [4, 3], dtype: 'float32' });
  const column = input('column', { shape: [4, 1], dtype: 'float32' });
  const wide = broadcastTo(column, [4, 3]);
  const expansions = (...outputs: Tensor[]) => {
    const { bytes } = recordOnnx({ inputs: [['x', x] as const, ['column', column] as const], outputs, updates: [] });
    return Buffer.from(bytes).toString('latin1').split('Expand').length - 1;
  };
  expect(expansions(multiply(x, wide), add(wide, x))).toBe(0);
  // Nothing else says how large the sum is; and a result that is asked for is there.
  expect(expansions(add(wide, wide))).toBeGreaterThan(0);
  expect(expansions(multiply(x, wide), wide)).toBeGreaterThan(0);

  const feeds = {
    x: floats(
      [4, 3],
      Float32Array.from({ length: 12 }, (_, i) => i),
    ),
    column: floats([4, 1], Float32Array.of(1, 2, 3, 4)),
  };
  const found = [referenceEngine(), onnxEngine()].map(async (engine) => {
    const step = compile(
      createVariables(engine, {}),
      (_, { x: whole, column: narrow }: { x: Tensor; column: Tensor }) => {
        const broad = broadcastTo(narrow, [4, 3]);
        return { outputs: { product: multiply(whole, broad), twice: add(broad, broad), broad } };
      },
    );
    return Object.values(await step(feeds)).map(({ values }) => [...values]);
  });
  const [reference, onnx] = await Promise.all(found);
  expect(onnx).toEqual(reference);
});
