import {
  bools,
  constant,
  type Engine,
  type HostTensor,
  ints,
  type MapTree,
  mapTree,
  selectEngine,
  thisMachine,
} from '@cloze/backend';
import { encoderConfig, initialLinear, initialParameters } from '@cloze/encoder';
import { dropTokens } from '@cloze/masking';
import { integerBelow, streamFrom } from '@cloze/random';
import { adamW, trainingStep, trainingVariables } from '@cloze/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClassifierBatch, type ClassifierParameters, classification } from './bert-classifier.ts';
import { type ClassifierObjective, regularisedObjectives } from './objectives.ts';

const config = encoderConfig({ vocabularySize: 40, width: 16, layers: 1, heads: 2, maximumLength: 16 });
const random = streamFrom(3);
const { languageModel: _unused, ...encoder } = initialParameters(config, random);
const start: ClassifierParameters<HostTensor> = { encoder, classifier: initialLinear(16, 2, random) };
const constants = mapTree(start, ({ values, shape }: HostTensor) => constant(values, shape));

/** Rows of `[CLS] … [SEP]` whose class shows in their tokens: 10 to 19 or 20 to 29. */
function rows(count: number, length: number) {
  const labels = Int32Array.from({ length: count }, (_, row) => row % 2);
  const at = (i: number) => [Math.floor(i / length), i % length] as const;
  const ids = Int32Array.from({ length: count * length }, (_, i) => {
    const [row, column] = at(i);
    if (column === 0) return 1;
    return column === length - 1 ? 2 : 10 + 10 * (labels[row] as number) + integerBelow(random, 10);
  });
  const maskable = Uint8Array.from(ids, (id) => (id < 3 ? 0 : 1));
  const size = ids.length;
  const batch = {
    shape: [count, length] as const,
    ids,
    segments: new Int32Array(size),
    attend: new Uint8Array(size).fill(1),
  };
  return { labels, batch: { ...batch, maskable, wordNumbers: new Int32Array(size) } };
}
const tokens = ({ batch }: ReturnType<typeof rows>) => ({
  ids: ints(batch.shape, batch.ids),
  segments: ints(batch.shape, batch.segments),
  attend: bools(batch.shape, batch.attend),
});

let engine: Engine;
beforeAll(async () => {
  const surroundings = thisMachine();
  engine = (await selectEngine({ surroundings })).engine;
});
afterAll(() => engine.dispose());

type HostBatch = MapTree<ClassifierBatch, HostTensor>;

/** Trains from the start and gives the losses. */
async function losses(objective: ClassifierObjective, steps: number, batchOf: (step: number) => HostBatch) {
  const optimiser = adamW({ learningRate: 1e-2 });
  const variables = trainingVariables(engine, { parameters: start, optimiser });
  const step = trainingStep({ variables, objective, optimiser, seed: 5 });
  const out: number[] = [];
  for (let number = 1; number <= steps; number++) out.push((await step(number, batchOf(number))).loss);
  variables.dispose();
  return out;
}
const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('every regulariser trains a BERT classifier in a compiled step', () => {
  const labelled = rows(8, 8);
  const batch = { ...tokens(labelled), labels: ints([8], labelled.labels), unlabelled: tokens(rows(8, 8)) };
  it.each(Object.keys(regularisedObjectives(config, constants)))('%s', async (name) => {
    const objective = regularisedObjectives(config, constants)[name] as ClassifierObjective;
    const seen = await losses(objective, 10, () => batch);
    expect(seen.every(Number.isFinite)).toBe(true);
    expect(average(seen.slice(-3))).toBeLessThan(average(seen.slice(0, 3)));
  });

  it('DropToken is made of the batch: masking drops, the encoder gets the places that were kept', async () => {
    const stream = streamFrom(9);
    const seen = await losses(classification(config), 10, (step) => {
      const kept = dropTokens(labelled.batch, { rate: 0.34, padId: 0, randomOf: (row) => stream.fork(step).fork(row) });
      expect(kept.shape).toEqual([8, 6]);
      const positionIds = ints(kept.shape, kept.positionIds);
      return { ...batch, ...tokens({ ...labelled, batch: kept as never }), positionIds };
    });
    expect(average(seen.slice(-3))).toBeLessThan(average(seen.slice(0, 3)));
  });
});
