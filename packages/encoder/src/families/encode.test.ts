import { constant, evaluate, isHostTensor, mapTree, referenceEngine, type Tensor } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { expect, it } from 'vitest';
import { encoderConfig } from '../config/encoder-config.ts';
import type { TokenInputs } from '../layers/batch.ts';
import { initialParameters } from '../parameters/initial-parameters.ts';
import { encode } from './families.ts';

const config = encoderConfig({ vocabularySize: 20, width: 8, layers: 1, heads: 2, maximumLength: 6 });
const parameters = mapTree(
  initialParameters(config, streamFrom(1)),
  ({ values, shape }) => constant(values, shape),
  isHostTensor,
);
const ints = (rows: number, ...values: number[]): Tensor =>
  constant(
    Int32Array.from({ length: 4 * rows }, (_, i) => values[i % 4] as number),
    [rows, 4],
    'int32',
  );
const yes = (rows: number): Tensor => constant(new Uint8Array(4 * rows).fill(1), [rows, 4], 'bool');
const sound: TokenInputs = { ids: ints(2, 5, 6, 7, 8), segments: ints(2, 0, 0, 0, 0), attend: yes(2) };
const run = (own: Partial<Record<keyof TokenInputs, Tensor | undefined>>) =>
  evaluate(referenceEngine(), encode('bert', parameters, { ...sound, ...own } as TokenInputs, config).hidden);

it('takes rows as they are', () => {
  expect(run({}).shape).toEqual([2, 4, 8]);
});

it.each<[string, Partial<Record<keyof TokenInputs, Tensor | undefined>>, string]>([
  ['no ids', { ids: undefined }, "'ids' is no tensor"],
  ['nothing attended to', { attend: undefined }, "encode: 'attend' is no tensor; expected ids int32"],
  ['one row of attend for two', { attend: yes(1) }, "'attend' is bool [1,4]"],
  ['attend as numbers', { attend: constant(new Float32Array(8).fill(1), [2, 4]) }, "'attend' is float32 [2,4]"],
  ['segments of another shape', { segments: ints(1, 0, 0, 0, 0) }, "'segments' is int32 [1,4]"],
  ['a position beyond the table', { positionIds: ints(2, 0, 1, 2, 6) }, 'index 3 is 6, the rows are 0 to 5'],
  ['a position before it', { positionIds: ints(2, -1, 1, 2, 3) }, 'index 0 is -1, the rows are 0 to 5'],
  ['an id beyond the table', { ids: ints(2, 5, 6, 7, 20) }, 'index 3 is 20, the rows are 0 to 19'],
  ['a segment beyond the table', { segments: ints(2, 0, 0, 0, 2) }, 'index 3 is 2, the rows are 0 to 1'],
])('%s: refused', (_what, own, message) => {
  expect(() => run(own)).toThrow(message);
});
