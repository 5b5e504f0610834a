import { readFileSync } from 'node:fs';
import {
  cast,
  constant,
  type Engine,
  evaluate,
  gradients,
  type HostTensor,
  mapTree,
  multiply,
  reshape,
  selectEngine,
  type Tensor,
  thisMachine,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { asTensor, checkpointOf, distance, fingerprint } from '../test/architecture-fixture.ts';
import {
  binaryCrossEntropy,
  causal,
  checkpointFromParameters,
  configFromHub,
  type DetectorParameters,
  detectReplaced,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  encodeTta,
  maskedCrossEntropy,
  parametersFromCheckpoint,
  predictTokens,
  prefix,
} from './index.ts';

interface Expected {
  readonly hidden: number[];
  readonly logits: number[];
  readonly loss: number;
  readonly slopes: readonly ([number, number] | null)[];
}
const oracle = JSON.parse(readFileSync(new URL('../fixtures/lengths.json', import.meta.url), 'utf8')) as {
  readonly lengths: readonly number[];
  readonly models: Readonly<
    Record<
      string,
      {
        readonly config: Readonly<Record<string, unknown>>;
        readonly shapes: Readonly<Record<string, number[]>>;
        readonly lengths: Readonly<Record<string, Expected>>;
      }
    >
  >;
};

const V = 60;
/** The rows that the oracle computed too. */
function rowsOf(n: number) {
  const kept = Math.ceil((2 * n) / 3);
  const table = (valueAt: (row: number, column: number) => number) =>
    [0, 1].flatMap((row) => Array.from({ length: n }, (_, column) => valueAt(row, column)));
  const attend = table((row, column) => (row === 0 || column < kept ? 1 : 0));
  const ids = table((r, c) => ((7 + 13 * r + 5 * c + Math.floor((c * c) / 3)) % (V - 5)) + 5).map(
    (id, index) => id * (attend[index] as number),
  );
  const slots = Math.ceil(n / 6);
  const columns = [0, 1].flatMap((row) => Array.from({ length: slots }, (_, i) => ({ row, column: 6 * i })));
  return {
    inputs: {
      ids: constant(ids, [2, n], 'int32'),
      segments: constant(
        table((_, column) => (column >= Math.floor(n / 2) && n > 1 ? 1 : 0)),
        [2, n],
        'int32',
      ),
      attend: constant(attend, [2, n], 'bool'),
    },
    slots,
    positions: constant(
      columns.map(({ column }) => column),
      [2, slots],
      'int32',
    ),
    targets: constant(
      columns.map(({ row, column }) => ((ids[row * n + column] as number) + 3) % V),
      [2, slots],
      'int32',
    ),
    weights: constant(
      columns.map(({ row, column }) => attend[row * n + column] as number),
      [2, slots],
    ),
    replaced: constant(
      table((_, column) => (column % 3 === 0 ? 1 : 0)),
      [2, n],
    ),
  };
}

type Rows = ReturnType<typeof rowsOf>;
type Tree = EncoderParameters<Tensor>;
const encoders: Readonly<Record<string, (p: Tree, rows: Rows, config: EncoderConfig) => Tensor>> = {
  roberta: (p, { inputs }, c) =>
    encodeBert(
      p,
      {
        ...inputs,
        segments: constant(new Array((inputs.ids.shape[1] as number) * 2).fill(0), [...inputs.ids.shape], 'int32'),
      },
      c,
    ).hidden,
  'left to right': (p, { inputs }, c) => encodeBert(p, inputs, c, undefined, { visible: causal(inputs.attend) }).hidden,
  unilm: (p, { inputs }, c) =>
    encodeBert(p, inputs, c, undefined, { visible: prefix(inputs.segments, inputs.attend) }).hidden,
  tta: (p, { inputs }, c) => encodeTta(p, inputs, c).hidden,
};

/** What the oracle stored of a tensor. */
function stored({ values }: HostTensor): number[] {
  const n = values.length;
  const places = n > 8 ? Array.from({ length: 8 }, (_, k) => Math.floor((k * (n - 1)) / 7)) : [...values.keys()];
  const [length, product] = fingerprint({ shape: [n], dtype: 'float32', values }, false);
  return [length, product, ...places.map((i) => values[i] as number)];
}

/** Largest difference, relative to 1 + |expected|; the product is a sum over all elements, so it is relative to the tensor's length. */
function apart([length, product, ...samples]: readonly number[], expected: readonly number[]): number {
  const [theirLength, theirProduct, ...theirs] = expected as [number, number, ...number[]];
  const scaled = ((product as number) - theirProduct) / (1 + theirLength);
  return Math.max(Math.abs(scaled), distance([length as number, ...samples], [theirLength, ...theirs]));
}

describe('every architecture against PyTorch at every length (tooling/oracles/encoder_lengths.py)', () => {
  let engine: Engine;
  beforeAll(async () => {
    const surroundings = thisMachine();
    ({ engine } = await selectEngine({ surroundings }));
  });
  for (const [name, { config: file, shapes, lengths }] of Object.entries(oracle.models))
    it(`${name}: hidden states, logits, loss and every gradient to 1e-5, rows of ${oracle.lengths.join(', ')}`, () => {
      const { config, family } = configFromHub(file);
      const loaded = parametersFromCheckpoint(checkpointOf(shapes), config, { family, fill: { next: () => 0.5 } });
      const { parameters, detector } = mapTree(
        { parameters: loaded.parameters, ...(loaded.detector && { detector: loaded.detector }) },
        asTensor,
      ) as unknown as { parameters: Tree; detector?: DetectorParameters<Tensor> };
      for (const [n, expected] of Object.entries(lengths)) {
        const rows = rowsOf(Number(n));
        const { inputs, slots } = rows;
        const hidden = encoders[name]?.(parameters, rows, config) ?? encodeBert(parameters, inputs, config).hidden;
        const real = cast(inputs.attend, 'float32');
        const detected = detector && detectReplaced(detector, hidden, config);
        const logits = detected ?? predictTokens(parameters, hidden, rows.positions, config);
        const loss = detected
          ? binaryCrossEntropy(detected, rows.replaced, real)
          : maskedCrossEntropy(logits, rows.targets, rows.weights).loss;
        const got = evaluate(engine, {
          hidden: multiply(hidden, reshape(real, [2, -1, 1])),
          logits: multiply(logits, detected ? real : reshape(rows.weights, [2, slots, 1])),
          loss,
          slopes: gradients(loss, { ...parameters, ...(detector && { detector }) }),
        });
        const where = `${name}, ${n} tokens`;
        expect(apart(stored(got.hidden), expected.hidden), where).toBeLessThan(1e-5);
        expect(apart(stored(got.logits), expected.logits), where).toBeLessThan(1e-5);
        expect(distance(got.loss.values, [expected.loss]), where).toBeLessThan(1e-5);
        const { detector: ofDetector, ...ofEncoder } = got.slopes;
        // Laid out as the file's tensors are.
        const slopes = checkpointFromParameters(ofEncoder, config, {
          family,
          ...(ofDetector && { detector: ofDetector }),
        });
        let compared = 0;
        for (const [i, theirs] of Object.keys(shapes).entries()) {
          const slope = expected.slopes[i];
          const ours = slopes.get(theirs);
          if (!slope || !ours) continue;
          compared++;
          expect(apart(fingerprint(ours, false), slope), `${where}: ${theirs}`).toBeLessThan(1e-5);
        }
        // Nothing that PyTorch has a gradient of may be left out.
        expect(compared, where).toBe(expected.slopes.filter((slope) => slope !== null).length);
      }
    });
});
