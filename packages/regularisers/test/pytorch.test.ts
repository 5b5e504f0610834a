import { readFileSync } from 'node:fs';
import {
  cast,
  constant,
  type Engine,
  evaluate,
  gradients,
  jsFromLogits,
  type Key,
  mean,
  referenceEngine,
  rootKey,
  sparseCrossEntropy,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type SmallOutput,
  type SmallParameters,
  type SmallRows,
  smallLogits,
  smallModel,
} from '../src/contract/small-task.ts';
import type { Objective } from '../src/index.ts';
import {
  attentionDiversity,
  decayToPretrained,
  duplicateRows,
  fgm,
  fgsm,
  gradientPenalty,
  labelSmoothing,
  mcDropout,
  mixout,
  objectiveOf,
  occurrenceScope,
  pgd,
  randomNoise,
  randomReplacement,
  rDrop,
  semiSupervisedRDrop,
  simcse,
  squaredDistance,
  supervisedSimcse,
  symmetricKl,
  tableScope,
  vat,
  weightedMean,
} from '../src/index.ts';

interface Expected {
  readonly loss: number;
  readonly gradients: Record<keyof SmallParameters, number[]>;
}
/** What tooling/oracles/regularisers_values.py wrote. */
const fixture = JSON.parse(readFileSync(new URL('../fixtures/values.json', import.meta.url), 'utf8')) as {
  readonly rate: number;
  readonly words: number[];
  readonly parameters: Record<keyof SmallParameters, number[]>;
  readonly origin: Record<keyof SmallParameters, number[]>;
  readonly ids: number[];
  readonly other: number[];
  readonly labels: number[];
  readonly tokenLabels: number[];
  readonly targets: number[];
  readonly results: Record<string, Expected> & {
    readonly 'MC-dropout': Record<string, number[]>;
    readonly divergences: { readonly p: number[]; readonly q: number[]; readonly kl: number[]; readonly js: number[] };
  };
};

const { rate } = fixture;
const shapes = { table: [6, 4], query: [4, 4], kernel: [4, 4], head: [4, 3] } as const;
const treeOf = (values: Record<keyof SmallParameters, number[]>): SmallParameters => ({
  table: constant(values.table, shapes.table),
  query: constant(values.query, shapes.query),
  kernel: constant(values.kernel, shapes.kernel),
  head: constant(values.head, shapes.head),
});
const rows = (ids: readonly number[]): SmallRows => ({
  ids: constant(ids, [4, 3], 'int32'),
  attend: constant(
    ids.map((id) => (id === 0 ? 0 : 1)),
    [4, 3],
    'bool',
  ),
});
const parameters = treeOf(fixture.parameters);
const pretrained = treeOf(fixture.origin);
const batch = {
  ...rows(fixture.ids),
  other: rows(fixture.other),
  flipped: rows([9, 6, 3, 0].flatMap((begin) => fixture.ids.slice(begin, begin + 3))),
  labels: constant(fixture.labels, [4], 'int32'),
  tokenLabels: constant(fixture.tokenLabels, [4, 3], 'int32'),
  targets: constant(fixture.targets, [4, 3]),
};
type Batch = typeof batch;
const key: Key = rootKey(constant(fixture.words, [3], 'int32'));

const model = smallModel(rate);
const plain = objectiveOf<SmallParameters, Batch, SmallOutput>(model, ({ logits }, { labels }) =>
  mean(sparseCrossEntropy(logits, labels)),
);
const real = ({ attend }: Batch) => cast(attend, 'float32');
const perToken = objectiveOf<SmallParameters, Batch, SmallOutput>(model, ({ tokens }, b) =>
  weightedMean(sparseCrossEntropy(tokens, b.tokenLabels), real(b)),
);
const regression = objectiveOf<SmallParameters, Batch, SmallOutput>(model, ({ logits }, { targets }) =>
  mean(squaredDistance(logits, targets)),
);
const logits = ({ logits: z }: SmallOutput) => z;
const tokens = ({ tokens: z }: SmallOutput) => z;
const attend = ({ attend: a }: Batch) => a;
const vector = (p: SmallParameters, b: SmallRows, k: Key | undefined) => model(p, b, k).vector;
const unlabelled = ({ other }: Batch) => other;
const ssl = { model: smallLogits(rate), unlabelled, weight: 0.7 };
const table = tableScope('table');
const occurrences = occurrenceScope({ table: 'table', ids: 'ids' });
const perSample = 'perSample' as const;

const cases: Record<string, Objective<SmallParameters, Batch>> = {
  plain,
  rDrop: rDrop(plain, { logits }),
  'rDrop paper': rDrop(plain, { logits, alpha: 3, scaling: 'paper' }),
  'rDrop interleaved': rDrop(plain, { logits, arrangement: 'interleaved' }),
  'rDrop concatenated js': rDrop(plain, { logits, alpha: 2, arrangement: 'concatenated', divergence: 'js' }),
  'rDrop tokens': rDrop(perToken, { logits: tokens, weights: real }),
  'rDrop regression': rDrop(regression, { logits, divergence: 'squared' }),
  'semi-supervised R-Drop': semiSupervisedRDrop(plain, ssl),
  'VAT table': vat(plain, { ...ssl, scope: table }),
  'VAT occurrences': vat(plain, {
    ...ssl,
    scope: occurrences,
    weight: 1,
    norm: perSample,
    iterations: 2,
    xi: 0.1,
    epsilon: 0.5,
    teacher: 'attached',
    dropout: false,
  }),
  'VAT no iteration': vat(plain, { ...ssl, scope: table, weight: 1, iterations: 0 }),
  FGM: fgm(plain, { scope: table }),
  'FGM sum per sample': fgm(plain, { scope: occurrences, norm: perSample, minimise: 'sum' }),
  'FGM fresh dropout': fgm(plain, { scope: table, dropout: 'fresh' }),
  FGSM: fgsm(plain, { scope: table, epsilon: 0.05 }),
  PGD: pgd(plain, { scope: table, epsilon: 0.5 }),
  'PGD max': pgd(plain, {
    scope: occurrences,
    epsilon: 0.1,
    steps: 2,
    stepSize: 0.06,
    ball: 'max',
    start: 'uniform',
    minimise: 'sum',
  }),
  'gradient penalty table': gradientPenalty(plain, { scope: table, epsilon: 0.8 }),
  'gradient penalty occurrences': gradientPenalty(plain, { scope: occurrences, epsilon: 0.8 }),
  'gradient penalty per sample': gradientPenalty(plain, { scope: occurrences, epsilon: 0.8, per: 'sample' }),
  'random noise': randomNoise(plain, { scope: occurrences, sigma: 0.2 }),
  SimCSE: simcse(vector),
  'SimCSE both': simcse(vector, { candidates: 'both', arrangement: 'interleaved', temperature: 0.2 }),
  'supervised SimCSE': supervisedSimcse(vector, {
    anchors: (b: Batch) => b as SmallRows,
    positives: unlabelled,
    hardNegatives: (b) => b.flipped,
    hardNegativeWeight: 0.5,
    temperature: 0.2,
  }),
  'attention diversity': attentionDiversity(plain, { attend, weight: 0.7, sign: 'reward' }),
  'attention diversity spread': attentionDiversity(plain, {
    attend,
    weight: 0.7,
    sign: 'punish',
    of: 'spread',
    correction: 1,
    epsilon: 1e-4,
  }),
  'random replacement': randomReplacement(plain, { ids: 'ids', target: attend, rate: 0.7, rows: 0.9 }),
  'label smoothing': labelSmoothing(plain, { logits, epsilon: 0.2 }),
  'label smoothing others': labelSmoothing(plain, { logits, epsilon: 0.2, over: 'others' }),
  mixout: mixout(plain, { pretrained, probability: 0.6, which: (path) => path === 'query' || path === 'kernel' }),
  'decay to the pretrained point': decayToPretrained(plain, { pretrained, weight: 0.7 }),
};

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const apart = (ours: ArrayLike<number>, theirs: readonly number[]) =>
  Math.max(...theirs.map((v, i) => Math.abs((ours[i] as number) - v) / (1 + Math.abs(v))));

describe('against PyTorch, loss and every gradient', () => {
  it('compares every case there is', () => {
    const others = ['MC-dropout', 'divergences'];
    expect(Object.keys(cases)).toEqual(Object.keys(fixture.results).filter((name) => !others.includes(name)));
  });
  it.each(Object.entries(cases))('%s', (name, objective) => {
    const expected = fixture.results[name] as Expected;
    const { loss } = objective(parameters, batch, key);
    const ours = evaluate(engine, { loss, gradients: gradients(loss, parameters) });
    expect(apart(ours.loss.values, [expected.loss])).toBeLessThan(2e-5);
    for (const leaf of Object.keys(shapes) as (keyof SmallParameters)[])
      expect(apart(ours.gradients[leaf].values, expected.gradients[leaf]), leaf).toBeLessThan(1e-4);
  });
  it('a batch that is doubled beforehand gives the same', () => {
    const options = { logits, arrangement: 'interleaved' as const, doubled: true };
    const { loss } = rDrop(plain, options)(parameters, duplicateRows(batch, 'interleaved'), key);
    const expected = fixture.results['rDrop interleaved'] as Expected;
    expect(apart(evaluate(engine, loss).values, [expected.loss])).toBeLessThan(2e-5);
  });
  it('MC-dropout', () => {
    const ours = evaluate(engine, mcDropout(smallLogits(rate), { samples: 5 })(parameters, batch, key));
    for (const [name, values] of Object.entries(fixture.results['MC-dropout']))
      expect(
        apart((ours as never as Record<string, { values: Float32Array }>)[name]?.values ?? [], values),
        name,
      ).toBeLessThan(2e-5);
  });
  it('divergences of logits whose probabilities underflow', () => {
    const { p, q, kl, js } = fixture.results.divergences;
    const [a, b] = [constant(p, [3, 3]), constant(q, [3, 3])] as [Tensor, Tensor];
    const ours = evaluate(engine, { kl: symmetricKl(a, b), js: jsFromLogits(a, b) });
    expect(apart(ours.kl.values, kl)).toBeLessThan(1e-6);
    expect(apart(ours.js.values, js)).toBeLessThan(1e-6);
  });
});
