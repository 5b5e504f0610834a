import { constant, dropout, fill, rootKey } from '@cloze/backend';
import { batchByLength, prefetch, shuffleStream } from '@cloze/datasets';
import { encoderConfig } from '@cloze/encoder';
import {
  bleu,
  bootstrapInterval,
  calibration,
  figureOverSeeds,
  fitGaussian,
  fitWhitening,
  meanInterval,
  pairedBootstrap,
  pairedPermutation,
  pairedT,
  pathRule,
  uniformity,
  welchT,
} from '@cloze/eval';
import {
  bimodalRates,
  constantRate,
  cosineRate,
  gptBert,
  informative,
  inProportion,
  keepImportant,
  linearRate,
  pmiOfPairs,
  rarerMore,
  slotsFor,
  spanLengths,
  spans,
  targetEveryToken,
  uniformRate,
  wholeWord,
} from '@cloze/masking';
import { integerBelow, mixSeed, permutation, streamFrom } from '@cloze/random';
import * as regularisers from '@cloze/regularisers';
import { encode, padEncodings, trainVocabulary } from '@cloze/tokenizer';
import { adafactor, adamW, clip, lamb, muon, schedule, sgd, stableAdamW } from '@cloze/trainer';
import { expect, it } from 'vitest';

const values = [Number.NaN, -1, 0, 0.5, Number.POSITIVE_INFINITY] as const;
const random = streamFrom(1);
const numbers = [1, 2, 3, 5];
const vectors = [
  [1, 2],
  [2, 1],
  [0, 3],
  [4, 4],
];
const vocabulary = trainVocabulary(['明月明'], { size: 9, minimum: 1 });
const rows = padEncodings([encode(vocabulary, '明月')], { padId: 0 });
const objective = () => ({ loss: fill([], 0), parts: {}, output: fill([1, 2], 0) });
const scope = regularisers.tableScope('table');
async function* streamOf(item: unknown) {
  yield item;
}
const drain = async (items: AsyncIterable<unknown>) => {
  for await (const _ of items);
};

/** What an option is called, what is done with a value of it, and which of NaN, −1, 0, ½ and ∞ mean something, as its comment says. */
const walk: Readonly<Record<string, readonly [(x: number) => unknown, readonly number[]]>> = {
  'random mixSeed seed': [(x) => mixSeed(x, 'a'), [-1, 0]],
  'random mixSeed label': [(x) => mixSeed(1, x), [-1, 0, 0.5]],
  'random streamFrom': [(x) => streamFrom(x), [-1, 0]],
  'random integerBelow': [(x) => integerBelow(random, x), []],
  'random permutation': [(x) => permutation(random, x), [0]],
  'tokenizer padEncodings padId': [(x) => padEncodings([encode(vocabulary, '明')], { padId: x }), [0]],
  'tokenizer padEncodings buckets': [
    (x) => padEncodings([encode(vocabulary, '明')], { padId: 0, buckets: [x, 9] }),
    [],
  ],
  'tokenizer encode maximumLength': [(x) => encode(vocabulary, '明', undefined, { maximumLength: x }), [Infinity]],
  'tokenizer trainVocabulary size': [(x) => trainVocabulary(['明月明'], { size: x }), []],
  'masking constantRate': [(x) => constantRate(x), [0, 0.5]],
  'masking linearRate': [(x) => linearRate({ from: 0.1, to: 0.2, steps: x }), []],
  'masking cosineRate': [(x) => cosineRate({ from: x, to: 0.2, steps: 3 }), [0, 0.5]],
  'masking uniformRate': [(x) => uniformRate({ low: 0, high: x }), [0, 0.5]],
  'masking bimodalRates share': [(x) => bimodalRates({ share: x }), [0, 0.5]],
  'masking bimodalRates low': [(x) => bimodalRates({ low: x }), [0.5]],
  'masking gptBert causal': [(x) => gptBert({ causal: x }), [0, 0.5]],
  'masking informative draws': [(x) => informative({ pmi: () => 0, draws: x }), []],
  'masking keepImportant share': [
    (x) => keepImportant(rows, targetEveryToken(rows), { importance: [1], share: x }),
    [0.5],
  ],
  'masking pmiOfPairs window': [(x) => pmiOfPairs([[1, 2]], { window: x }), []],
  'masking rarerMore power': [(x) => rarerMore({ counts: [1], power: x }), [0.5]],
  'masking inProportion weight': [(x) => inProportion([1, x]), [0, 0.5]],
  'masking slotsFor length': [(x) => slotsFor(wholeWord, x), []],
  'masking slotsFor rate': [(x) => slotsFor({ ...wholeWord, rate: x }, 16), [0, 0.5]],
  'masking spanLengths p': [(x) => spanLengths({ p: x, max: 3 }), [0.5]],
  'masking spans max': [(x) => spans({ p: 0.2, max: x }), []],
  'datasets batchByLength tokens': [
    (x) => drain(batchByLength([1], { lengthOf: () => 1, buckets: [1], tokens: x })),
    [],
  ],
  'datasets batchByLength multiple': [
    (x) => drain(batchByLength([1], { lengthOf: () => 1, buckets: [1], tokens: 4, multiple: x })),
    [],
  ],
  'datasets prefetch': [(x) => drain(prefetch(streamOf(1), { ahead: x })), []],
  'datasets shuffleStream': [(x) => drain(shuffleStream([1], random, { buffer: x })), []],
  'backend dropout': [
    (x) => dropout(fill([2], 1), { rate: x, key: rootKey(constant([1, 1, 0], [3], 'int32')) }),
    [0, 0.5],
  ],
  'backend fill int32': [(x) => fill([], x, 'int32'), [-1, 0]],
  'encoder encoderConfig layers': [(x) => encoderConfig({ vocabularySize: 9, width: 8, layers: x }), []],
  'encoder encoderConfig dropout': [
    (x) => encoderConfig({ vocabularySize: 9, width: 8, layers: 1, dropout: x }),
    [0, 0.5],
  ],
  'encoder encoderConfig normEpsilon': [
    (x) => encoderConfig({ vocabularySize: 9, width: 8, layers: 1, normEpsilon: x }),
    [0.5],
  ],
  'trainer adamW learningRate': [(x) => adamW({ learningRate: x }), [0, 0.5]],
  'trainer adamW beta1': [(x) => adamW({ learningRate: 1, beta1: x }), [0, 0.5]],
  'trainer adamW epsilon': [(x) => adamW({ learningRate: 1, epsilon: x }), [0.5]],
  'trainer lamb weightDecay': [(x) => lamb({ learningRate: 1, weightDecay: x }), [0, 0.5]],
  'trainer adafactor clipThreshold': [(x) => adafactor({ learningRate: 1, clipThreshold: x }), [0.5]],
  'trainer adafactor decayRate': [(x) => adafactor({ learningRate: 1, decayRate: x }), [-1]],
  'trainer adafactor epsilon': [(x) => adafactor({ learningRate: 1, epsilon: [x, 1] }), [0, 0.5]],
  'trainer sgd momentum': [(x) => sgd({ learningRate: 1, momentum: x }), [0, 0.5]],
  'trainer clip': [(x) => clip(x), [0.5]],
  'trainer muon momentum': [(x) => muon({ learningRate: 1, momentum: x }), [0, 0.5]],
  'trainer muon newtonSchulzSteps': [(x) => muon({ learningRate: 1, newtonSchulzSteps: x }), []],
  'trainer stableAdamW epsilon': [(x) => stableAdamW({ learningRate: 1, epsilon: x }), [0.5]],
  'trainer schedule numDecaySteps': [
    (x) => schedule({ learningRate: 1, maxSteps: 9, lrSchedulerType: 'warmup_stable_decay', numDecaySteps: x }),
    [],
  ],
  'trainer schedule minLrRatio': [
    (x) =>
      schedule({
        ...{ learningRate: 1, maxSteps: 9, lrSchedulerType: 'warmup_stable_decay', numDecaySteps: 2 },
        minLrRatio: x,
      }),
    [0, 0.5],
  ],
  'trainer schedule learningRate': [(x) => schedule({ learningRate: x, maxSteps: 9 }), [0.5]],
  'trainer schedule warmupSteps': [(x) => schedule({ learningRate: 1, maxSteps: 9, warmupSteps: x }), [0]],
  'trainer schedule maxSteps': [(x) => schedule({ learningRate: 1, maxSteps: x }), []],
  'trainer schedule numCycles': [
    (x) => schedule({ learningRate: 1, maxSteps: 9, lrSchedulerType: 'cosine', numCycles: x }),
    [0, 0.5],
  ],
  'trainer schedule power': [
    (x) => schedule({ learningRate: 1, maxSteps: 9, lrSchedulerType: 'polynomial', power: x }),
    [0.5],
  ],
  'trainer schedule timescale': [
    (x) => schedule({ learningRate: 1, lrSchedulerType: 'inverse_sqrt', timescale: x }),
    [0.5],
  ],
  'regularisers rDrop': [(x) => regularisers.rDrop(objective, { alpha: x }), [0, 0.5]],
  'regularisers fgm': [(x) => regularisers.fgm(objective, { scope, epsilon: x }), [0, 0.5]],
  'regularisers pgd steps': [(x) => regularisers.pgd(objective, { scope, steps: x }), []],
  'regularisers labelSmoothing': [(x) => regularisers.labelSmoothing(objective, { epsilon: x }), [0, 0.5]],
  'regularisers randomNoise': [(x) => regularisers.randomNoise(objective, { scope, sigma: x }), [0, 0.5]],
  'regularisers gradientPenalty': [(x) => regularisers.gradientPenalty(objective, { scope, epsilon: x }), [0, 0.5]],
  'regularisers rampUp': [(x) => regularisers.rampUp(1, { steps: x }), [0, 0.5]],
  'eval bootstrapInterval samples': [(x) => bootstrapInterval(numbers, { random, samples: x }), []],
  'eval bootstrapInterval level': [(x) => bootstrapInterval(numbers, { random, level: x }), [0.5]],
  'eval pairedBootstrap samples': [(x) => pairedBootstrap(numbers, [1, 1, 2, 2], { random, samples: x }), []],
  'eval pairedPermutation samples': [(x) => pairedPermutation(numbers, [1, 1, 2, 2], { random, samples: x }), []],
  'eval figureOverSeeds level': [(x) => figureOverSeeds([numbers], { random, level: x }), [0.5]],
  'eval meanInterval level': [(x) => meanInterval(numbers, { level: x }), [0.5]],
  'eval pairedT level': [(x) => pairedT(numbers, [1, 1, 2, 2], { level: x }), [0.5]],
  'eval welchT level': [(x) => welchT(numbers, [1, 1, 2, 2], { level: x }), [0.5]],
  'eval calibration bins': [(x) => calibration([0.5], [1], { bins: x }), []],
  'eval bleu order': [(x) => bleu(['ab'], ['ab'], { order: x }), []],
  'eval fitGaussian ridge': [(x) => fitGaussian(vectors, { ridge: x }), [0, 0.5]],
  'eval fitWhitening components': [(x) => fitWhitening(vectors, { components: x }), []],
  'eval uniformity t': [(x) => uniformity(vectors, { t: x }), [0.5]],
  'eval pathRule': [(x) => pathRule('trapezoid', x), []],
};

it.each(Object.entries(walk))(
  '%s: NaN, −1, 0, ½ and ∞ are errors, or mean what its comment says',
  async (_name, [call, meant]) => {
    const taken: number[] = [];
    for (const value of values) {
      const error = await Promise.resolve()
        .then(() => call(value))
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (error === undefined) taken.push(value);
      else expect(String(error)).toMatch(/must|expected|whole|longer|there is|between|needs|no room|is no/);
    }
    expect(taken).toEqual(meant);
  },
);
