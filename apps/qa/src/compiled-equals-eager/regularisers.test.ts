import {
  bools,
  cast,
  constant,
  type Engine,
  type HostTensor,
  ints,
  type Key,
  logicalAnd,
  mapTree,
  mean,
  type Tensor,
} from '@cloze/backend';
import { encoderConfig, initialLinear, initialParameters, type TokenInputs } from '@cloze/encoder';
import { dropTokens, type MaskableBatch } from '@cloze/masking';
import { integerBelow, type RandomStream, streamFrom } from '@cloze/random';
import { mcDropout, type Objective, randomReplacement, simcse, supervisedSimcse } from '@cloze/regularisers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bertClassifier,
  type ClassifierBatch,
  type ClassifierParameters,
  classification,
} from '../perf/regularisers/bert-classifier.ts';
import { regularisedObjectives } from '../perf/regularisers/objectives.ts';
import { compareWithEager, engineUnderTest, hasXla, steps } from './compare-with-eager.ts';

const [rows, length, classes, vocabularySize] = [4, 6, 3, 24];
const config = encoderConfig({
  vocabularySize,
  width: 16,
  layers: 1,
  heads: 2,
  feedForwardWidth: 24,
  maximumLength: 8,
});

/**
 * Embeddings as large as those of a trained encoder (deviation 0.3): as they are drawn (0.02) the first layer norm makes 50 times as much
 * of whatever happens to them, perturbations and the rounding of float32 too.
 */
function classifier(seed: number): ClassifierParameters<HostTensor> {
  const random = streamFrom(seed);
  const { languageModel: _unused, ...encoder } = initialParameters(config, random);
  const drawn = { encoder, classifier: initialLinear(config.width, classes, random) };
  return mapTree(drawn, ({ values, ...rest }: HostTensor, path) => ({
    ...rest,
    values: /embeddings\/(words|positions|segments)$/.test(path) ? values.map((v) => 15 * v) : values,
  })) as never;
}
const start = classifier(7);
/** Elsewhere than the start: at the start itself, mixout and the decay change nothing. */
const pretrained = mapTree(classifier(8), ({ values, shape }: HostTensor) => constant(values, shape)) as never;

/** Rows of tokens from 3 on, [CLS] 1 and [SEP] 2 around them; the last row ends in a pad. */
function tokensOf(random: RandomStream): MaskableBatch {
  const ids = Int32Array.from({ length: rows * length }, (_, i) => {
    const column = i % length;
    return column === 0 ? 1 : column === length - 1 ? 2 : 3 + integerBelow(random, vocabularySize - 3);
  });
  ids[rows * length - 2] = 2;
  ids[rows * length - 1] = 0;
  const size = ids.length;
  return {
    shape: [rows, length] as const,
    ids,
    segments: Int32Array.from({ length: size }, (_, i) => (i % length < length / 2 ? 0 : 1)),
    attend: Uint8Array.from(ids, (id) => (id === 0 ? 0 : 1)),
    maskable: Uint8Array.from(ids, (id) => (id < 3 ? 0 : 1)),
    wordNumbers: new Int32Array(size),
  };
}
const inputsOf = ({ shape, ids, segments, attend }: Omit<MaskableBatch, 'maskable' | 'words'>) => ({
  ids: ints(shape, ids),
  segments: ints(shape, segments),
  attend: bools(shape, attend),
});
const labelsOf = (random: RandomStream) =>
  ints(
    [rows],
    Int32Array.from({ length: rows }, () => integerBelow(random, classes)),
  );
const batchOf = (step: number) => {
  const random = streamFrom(step);
  return {
    ...inputsOf(tokensOf(random)),
    labels: labelsOf(random),
    unlabelled: inputsOf(tokensOf(random)),
  };
};

let engine: Engine;
beforeAll(async () => {
  engine = await engineUnderTest();
});
afterAll(() => engine.dispose());

const title = (name: string) => `${name}: ${steps} steps agree with eager to 1e-6, and repeat to the bit`;
const lossOf =
  <P, B>(objective: Objective<P, B>) =>
  (parameters: P, batch: B, key: Key) =>
    objective(parameters, batch, key).loss;

const model = bertClassifier(config);
const objectives = {
  ...regularisedObjectives(config, pretrained),
  // Scores are cosines over the temperature: at the published 0.05 the rounding of a cosine comes 20 times as large, which is 1e-6 already.
  simcse: simcse(model, { arrangement: 'interleaved', temperature: 0.5 }),
  'supervised-simcse': supervisedSimcse(model, {
    anchors: ({ ids, segments, attend }: ClassifierBatch): TokenInputs => ({ ids, segments, attend }),
    positives: ({ unlabelled }) => unlabelled,
    hardNegatives: ({ unlabelled }) => unlabelled,
    arrangement: 'concatenated',
    temperature: 0.5,
  }),
};

describe('compiled steps under every regulariser', () => {
  for (const [name, objective] of Object.entries(objectives))
    it(title(name), () => compareWithEager(engine, { start, batchOf, lossOf: lossOf(objective) }));

  // Stretches as small as these are left to TensorFlow's kernels otherwise; the one with second derivatives stands for all.
  const fused = hasXla ? ['gradient-penalty'] : [];
  for (const [name, objective] of Object.entries(objectives).filter(([known]) => fused.includes(known)))
    it(`${title(name)}, every stretch compiled by XLA`, () =>
      compareWithEager(engine, { start, batchOf, lossOf: lossOf(objective) }, { fuse: true }));

  it(title('DropToken'), () =>
    compareWithEager(engine, {
      start,
      batchOf: (step) => {
        const random = streamFrom(step);
        const kept = dropTokens(tokensOf(random), { rate: 0.3, padId: 0, randomOf: (row) => random.fork(row) });
        expect(kept.shape[1]).toBeLessThan(length);
        return { ...inputsOf(kept), positionIds: ints(kept.shape, kept.positionIds), labels: labelsOf(random) };
      },
      lossOf: lossOf(classification(config)) as never,
    }),
  );

  it(title('random replacement'), () => {
    const target = ({ attend, segments }: ClassifierBatch) => logicalAnd(attend, cast(segments, 'bool'));
    const objective = randomReplacement(classification(config), { ids: 'ids', target, rows: 0.9, rate: 0.6 });
    return compareWithEager(engine, { start, batchOf, lossOf: lossOf(objective) });
  });

  // A prediction, not an objective; here its expected entropy is minimised (Grandvalet and Bengio 2005), so that all of it is in the steps.
  it(title('MC-dropout'), () => {
    const predict = mcDropout(model, { samples: 3 });
    return compareWithEager(engine, {
      start,
      batchOf,
      lossOf: (parameters: ClassifierParameters<Tensor>, batch: ClassifierBatch, key) =>
        mean(predict(parameters, batch, key).expectedEntropy),
    });
  });
});
