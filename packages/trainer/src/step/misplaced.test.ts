import {
  add,
  type Engine,
  gatherRows,
  type HostTensor,
  ints,
  matmul,
  mean,
  onnxEngine,
  type Placement,
  reshape,
  sparseCrossEntropy,
  sqrt,
  square,
  sum,
  type Tensor,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines as installed } from '../../test/engines.ts';
import { adamW } from '../optimisers/adam-w.ts';
import { chain } from '../optimisers/chain.ts';
import { clip } from '../optimisers/clip.ts';
import { sgd } from '../optimisers/sgd.ts';
import { PlaceError, trainingStep } from './training-step.ts';
import { trainingVariables } from './training-variables.ts';

const engines: readonly (readonly [string, Engine])[] = [...installed, ['onnx', onnxEngine()]];

const floats = (shape: readonly number[], seed: number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, x) => n * x, 1) }, (_, i) => Math.sin(seed + i)),
});
const parameters = { table: floats([5, 4], 1), places: floats([3, 4], 2), kernel: floats([4, 3], 3) };
type Tree<T> = Readonly<Record<keyof typeof parameters, T>>;
interface Rows<T> {
  readonly ids: T;
  readonly positionIds: T;
  readonly labels: T;
}
const rows = (own: Partial<Record<keyof Rows<unknown>, number[]>> = {}): Rows<HostTensor> => ({
  ids: ints([2, 3], Int32Array.from(own.ids ?? [0, 1, 2, 3, 4, 0])),
  positionIds: ints([2, 3], Int32Array.from(own.positionIds ?? [0, 1, 2, 0, 1, 2])),
  labels: ints([2], Int32Array.from(own.labels ?? [0, 2])),
});

function training(engine: Engine, placement: Placement, optimiser = adamW({ learningRate: 0.1 }), microbatches = 1) {
  const variables = trainingVariables(engine, { parameters, optimiser, placement, accumulate: microbatches > 1 });
  const step = trainingStep({
    variables,
    optimiser,
    seed: 1,
    objective: ({ table, places, kernel }: Tree<Tensor>, { ids, positionIds, labels }: Rows<Tensor>) => {
      const hidden = sum(add(gatherRows(table, ids), gatherRows(places, positionIds)), { axes: 1 });
      return { loss: mean(sparseCrossEntropy(matmul(reshape(hidden, [-1, 4]), kernel), labels)) };
    },
  });
  return { step, read: () => JSON.stringify(variables.read()) };
}

const placements = (name: string): [string, Placement][] =>
  name === 'tensorflow'
    ? [
        ['default', {}],
        ['fuse', { fuse: true }],
        ['fuse: false', { fuse: false }],
        ['xla', { xla: true }],
        ['bfloat16', { matmulPrecision: 'bfloat16' }],
      ]
    : [['default', {}]];

const wrong: [Partial<Record<keyof Rows<unknown>, number[]>>, string][] = [
  [{ labels: [0, 3] }, "'batch/labels' asks for 3 (row 1), the classes are 0 to 2"],
  [{ labels: [-100, 0] }, "'batch/labels' asks for -100 (row 0), the classes are 0 to 2"],
  [{ labels: [0, -1] }, "'batch/labels' asks for -1 (row 1), the classes are 0 to 2"],
  [{ ids: [0, 1, 2, 3, 5, 0] }, "'batch/ids' asks for 5 (row 1, place 1), the rows of 'parameters/table' are 0 to 4"],
  [{ ids: [-1, 1, 2, 3, 4, 0] }, "'batch/ids' asks for -1 (row 0, place 0), the rows of 'parameters/table' are 0 to 4"],
  [
    { positionIds: [0, 1, 3, 0, 1, 2_000_000_000] },
    "'batch/positionIds' asks for 3 (row 0, place 2), 2000000000 (row 1, place 2), the rows of 'parameters/places' are 0 to 2",
  ],
];

describe.each(engines.flatMap(([name, engine]) => placements(name).map((of) => [name, engine, ...of] as const)))(
  'places outside of their table, on %s',
  (_name, engine, how, placement) => {
    it.each(wrong)(`%j, ${how}: nothing is written, and table, row and value are named`, async (own, message) => {
      const { step, read } = training(engine, placement);
      const before = read();
      const error = await step(1, rows(own)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PlaceError);
      expect(String(error)).toContain(`step 1 was not taken: ${message}.`);
      expect(read()).toBe(before);
      // The next batch is none the worse for it.
      expect((await step(1, rows())).updated).toBe(true);
      expect(read()).not.toBe(before);
    });

    it(`of one of several microbatches, ${how}: the others are not added to a later step`, async () => {
      const [wronged, clean] = [training(engine, placement, undefined, 2), training(engine, placement, undefined, 2)];
      const before = wronged.read();
      await expect(wronged.step(1, rows(), rows({ labels: [0, 3] }))).rejects.toThrow(
        "'batch/labels' asks for 3 (row 1)",
      );
      expect(wronged.read()).toBe(before);
      await wronged.step(1, rows(), rows({ ids: [4, 4, 4, 4, 4, 4] }));
      await clean.step(1, rows(), rows({ ids: [4, 4, 4, 4, 4, 4] }));
      expect(wronged.read()).toBe(clean.read());
    });
  },
);

describe.each(engines)('a gradient that is no number under a finite loss, on %s', (_name, engine) => {
  const start = { w: { shape: [2], dtype: 'float32', values: Float32Array.of(0, 0) } satisfies HostTensor };
  it.each([
    ['adamW', adamW({ learningRate: 0.1 })],
    ['adamW, clipped', chain(clip(1), adamW({ learningRate: 0.1 }))],
    ['sgd', sgd({ learningRate: 0.1, momentum: 0.9 })],
  ])('%s leaves every variable as it was, and says so', async (_optimiser, optimiser) => {
    const variables = trainingVariables(engine, { parameters: start, optimiser, average: true });
    const step = trainingStep({
      variables,
      optimiser,
      seed: 1,
      // The slope of a root is infinite at 0, and 0 · ∞ is no number.
      objective: ({ w }: { readonly w: Tensor }, { shift }: { readonly shift: Tensor }) => ({
        loss: sqrt(sum(square(add(w, shift)))),
      }),
    });
    const shifted = (value: number) => ({
      shift: { shape: [], dtype: 'float32', values: Float32Array.of(value) } as const,
    });
    const before = JSON.stringify(variables.read());
    const skipped = await step(1, shifted(0));
    expect([skipped.loss, skipped.updated]).toEqual([0, false]);
    expect(JSON.stringify(variables.read())).toBe(before);
    const taken = await step(2, shifted(1));
    expect(taken.updated).toBe(true);
    expect(JSON.stringify(variables.read())).not.toBe(before);
  });
});
