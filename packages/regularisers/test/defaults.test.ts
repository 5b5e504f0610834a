import { type Engine, evaluate, type Key, referenceEngine } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  along,
  type SmallBatch,
  type SmallOutput,
  type SmallParameters,
  type SmallRows,
  smallBatch,
  smallKey,
  smallLogits,
  smallModel,
  smallObjective,
  smallParameters,
} from '../src/contract/small-task.ts';
import {
  attentionDiversity,
  consistency,
  decayToPretrained,
  fgm,
  fgsm,
  gradientPenalty,
  labelSmoothing,
  mcDropout,
  mixout,
  occurrenceScope,
  pgd,
  randomNoise,
  randomReplacement,
  rDrop,
  semiSupervisedRDrop,
  simcse,
  supervisedSimcse,
  tableScope,
  vat,
} from '../src/index.ts';

const rate = 0.3;
const plain = smallObjective(rate);
const table = tableScope('table');
const occurrences = occurrenceScope({ table: 'table', ids: 'ids' });
const logits = ({ logits: z }: SmallOutput) => z;
const attend = ({ attend: a }: SmallBatch) => a;
const model = smallLogits(rate);
const vector = (p: SmallParameters, rows: SmallRows, key: Key | undefined) => smallModel(rate)(p, rows, key).vector;
const unlabelled = ({ unlabelled: rows }: SmallBatch) => rows;
const pretrained = along(0.3);
const rows = { anchors: (b: SmallBatch) => b as SmallRows, positives: unlabelled, hardNegatives: unlabelled };
const diverse = { attend, weight: 1, sign: 'reward' } as const;
const query = (path: string) => path === 'query';

type Outcome = (parameters: SmallParameters, batch: SmallBatch, key: Key) => unknown;
/** Left unsaid beside said: what the documentation gives as the default. */
const defaults: Readonly<Record<string, readonly [unsaid: Outcome, said: Outcome]>> = {
  rDrop: [
    rDrop(plain, { logits }),
    rDrop(plain, { logits, alpha: 4, scaling: 'halved', divergence: 'kl', arrangement: 'separate' }),
  ],
  consistency: [consistency(model), consistency(model, { divergence: 'kl', scaling: 'sum', arrangement: 'separate' })],
  semiSupervisedRDrop: [
    semiSupervisedRDrop(plain, { model, unlabelled }),
    semiSupervisedRDrop(plain, { model, unlabelled, weight: 1, scaling: 'sum' }),
  ],
  vat: [
    vat(plain, { model, unlabelled, scope: table }),
    vat(plain, {
      model,
      unlabelled,
      scope: table,
      weight: 1,
      norm: 'global',
      iterations: 1,
      xi: 10,
      epsilon: 1,
      teacher: 'detached',
      dropout: true,
    }),
  ],
  fgm: [
    fgm(plain, { scope: occurrences }),
    fgm(plain, { scope: occurrences, epsilon: 0.5, norm: 'global', minimise: 'adversarial', dropout: 'same' }),
  ],
  fgsm: [
    fgsm(plain, { scope: table }),
    fgsm(plain, { scope: table, epsilon: 0.01, minimise: 'adversarial', dropout: 'same' }),
  ],
  pgd: [
    pgd(plain, { scope: occurrences, stepSize: 0.6 }),
    pgd(plain, { scope: occurrences, stepSize: 0.6, epsilon: 1, steps: 3, ball: 'l2', norm: 'global', start: 'zero' }),
  ],
  'pgd, its step': [pgd(plain, { scope: table }), pgd(plain, { scope: table, stepSize: 0.3 })],
  gradientPenalty: [
    gradientPenalty(plain, { scope: occurrences }),
    gradientPenalty(plain, { scope: occurrences, epsilon: 1, per: 'batch' }),
  ],
  randomNoise: [randomNoise(plain, { scope: table }), randomNoise(plain, { scope: table, sigma: 0.1 })],
  simcse: [simcse(vector), simcse(vector, { temperature: 0.05, candidates: 'paper', arrangement: 'separate' })],
  supervisedSimcse: [
    supervisedSimcse(vector, rows),
    supervisedSimcse(vector, { ...rows, temperature: 0.05, hardNegativeWeight: 0, arrangement: 'separate' }),
  ],
  attentionDiversity: [
    attentionDiversity(plain, diverse),
    attentionDiversity(plain, { ...diverse, of: 'mean', correction: 0, epsilon: 1e-12 }),
  ],
  labelSmoothing: [labelSmoothing(plain, { logits }), labelSmoothing(plain, { logits, epsilon: 0.1, over: 'all' })],
  randomReplacement: [
    randomReplacement(plain, { ids: 'ids', target: attend }),
    randomReplacement(plain, { ids: 'ids', target: attend, rate: 0.3, rows: 0.5 }),
  ],
  mixout: [mixout(plain, { pretrained, which: query }), mixout(plain, { pretrained, which: query, probability: 0.7 })],
  decayToPretrained: [
    decayToPretrained(plain, { pretrained }),
    decayToPretrained(plain, { pretrained, weight: 0.01, which: () => true }),
  ],
  mcDropout: [mcDropout(model), mcDropout(model, { samples: 10, arrangement: 'separate' })],
};

describe('options left unsaid are the documented defaults, to the bit', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = referenceEngine();
  });
  it.each(Object.entries(defaults))('%s', (_name, [unsaid, said]) => {
    const of = (outcome: Outcome) => evaluate(engine, outcome(smallParameters, smallBatch, smallKey) as never);
    expect(of(unsaid)).toEqual(of(said));
  });
});
