import { add, type Key, mean, multiply, sign, stopGradient } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import {
  along,
  type SmallBatch,
  type SmallObjective,
  type SmallOutput,
  type SmallParameters,
  type SmallRows,
  smallLogits,
  smallModel,
} from '../src/contract/small-task.ts';
import { type ContractSettings, objectiveContract } from '../src/contract.ts';
import {
  addOutputTerm,
  addTerm,
  attentionDiversity,
  consistency,
  decayToPretrained,
  fgm,
  fgsm,
  gradientPenalty,
  labelSmoothing,
  mixout,
  occurrenceScope,
  pgd,
  randomNoise,
  randomReplacement,
  rDrop,
  type Strength,
  semiSupervisedRDrop,
  simcse,
  supervisedSimcse,
  tableScope,
  vat,
} from '../src/index.ts';
import { engines } from './engines.ts';

/** What is particular about a regulariser. */
interface Traits extends Omit<ContractSettings, 'strength' | 'engines' | 'passes'> {
  readonly forward: number;
  readonly backward: number;
  /** A strength at which it is clearly felt, default 0.7. */
  readonly strength?: number;
}
type Build = (objective: SmallObjective, strength: Strength<SmallBatch>, rate: number) => SmallObjective;

/** One line a regulariser. */
const contract = (name: string, { forward, backward, strength = 0.7, ...traits }: Traits, build: Build) =>
  it(`${name} keeps the contract`, async () => {
    const opened = await Promise.all(engines.map(([, open]) => open()));
    await objectiveContract<{ readonly strength: Strength<SmallBatch> }>(
      (objective, { strength: value }, rate) => build(objective, value, rate),
      { strength },
      { draws: false, stops: false, ...traits, passes: { forward, backward }, engines: opened },
    );
  });
const table = tableScope('table');
const tokens = occurrenceScope({ table: 'table', ids: 'ids' });
const logits = ({ logits: z }: SmallOutput) => z;
const unlabelled = ({ unlabelled: rows }: SmallBatch) => rows;

contract('R-Drop', { forward: 2, backward: 2, divergence: 'divergence' }, (o, alpha) => rDrop(o, { alpha, logits }));
contract(
  'R-Drop, Jensen-Shannon, paper scaling, interleaved',
  { forward: 1, backward: 1, divergence: 'divergence' },
  (o, alpha) => rDrop(o, { alpha, logits, divergence: 'js', scaling: 'paper', arrangement: 'interleaved' }),
);
contract('R-Drop, squared distance, concatenated', { forward: 1, backward: 1, divergence: 'divergence' }, (o, alpha) =>
  rDrop(o, { alpha, logits, divergence: 'squared', arrangement: 'concatenated' }),
);
contract('semi-supervised R-Drop', { forward: 3, backward: 3, divergence: 'semiSupervisedRDrop' }, (o, weight, rate) =>
  semiSupervisedRDrop(o, { model: smallLogits(rate), unlabelled, weight }),
);
contract(
  'consistency on labelled rows, interleaved',
  { forward: 2, backward: 2, divergence: 'consistency' },
  (o, weight, rate) =>
    addTerm(o, 'consistency', consistency(smallLogits(rate), { arrangement: 'interleaved', scaling: 'mean' }), weight),
);
contract('VAT, table', { stops: true, forward: 4, backward: 3, draws: true }, (o, weight, rate) =>
  vat(o, { model: smallLogits(rate), unlabelled, weight, scope: tableScope('table') }),
);
contract(
  'VAT, occurrences, two iterations, attached teacher',
  { stops: true, forward: 5, backward: 5, draws: true },
  (o, weight, rate) =>
    vat(o, {
      model: smallLogits(rate),
      unlabelled,
      weight,
      scope: occurrenceScope({ table: 'table', ids: 'ids' }),
      iterations: 2,
      norm: 'perSample',
      xi: 0.1,
      teacher: 'attached',
    }),
);
contract(
  'VAT, no iteration: Gaussian noise',
  { stops: true, forward: 3, backward: 2, draws: true },
  (o, weight, rate) =>
    vat(o, { model: smallLogits(rate), unlabelled, weight, scope: tableScope('table'), iterations: 0 }),
);
contract('FGM, table', { stops: true, forward: 2, backward: 2 }, (o, epsilon) => fgm(o, { scope: table, epsilon }));
contract('FGM, occurrences, per sample, sum, fresh dropout', { stops: true, forward: 2, backward: 3 }, (o, epsilon) =>
  fgm(o, { scope: tokens, epsilon, norm: 'perSample', minimise: 'sum', dropout: 'fresh' }),
);
contract('FGSM', { stops: true, forward: 2, backward: 2, strength: 0.1 }, (o, epsilon) =>
  fgsm(o, { scope: table, epsilon }),
);
contract('PGD', { stops: true, forward: 4, backward: 4 }, (o, epsilon) => pgd(o, { scope: table, epsilon }));
contract(
  'PGD, maximum norm, random start, sum',
  { stops: true, forward: 4, backward: 4, draws: true, strength: 0.1 },
  (o, epsilon) =>
    pgd(o, { scope: tokens, epsilon, ball: 'max', stepSize: 0.05, steps: 2, start: 'uniform', minimise: 'sum' }),
);
contract('gradient penalty, table', { forward: 1, backward: 2 }, (o, epsilon) =>
  gradientPenalty(o, { scope: table, epsilon }),
);
contract('gradient penalty, per sample', { forward: 1, backward: 2 }, (o, epsilon) =>
  gradientPenalty(o, { scope: tokens, epsilon, per: 'sample' }),
);
contract('random noise', { forward: 1, backward: 1, draws: true }, (o, sigma) =>
  randomNoise(o, { scope: tokens, sigma }),
);
const vector = (rate: number) => (p: SmallParameters, rows: SmallRows, key: Key | undefined) =>
  smallModel(rate)(p, rows, key).vector;
const attend = ({ attend: a }: SmallBatch) => a;
contract('SimCSE', { forward: 3, backward: 3 }, (o, weight, rate) =>
  addTerm(o, 'simcse', simcse(vector(rate)), weight),
);
contract('SimCSE, both as candidates, interleaved', { forward: 2, backward: 2 }, (o, weight, rate) =>
  addTerm(
    o,
    'simcse',
    simcse(vector(rate), { candidates: 'both', arrangement: 'interleaved', temperature: 0.2 }),
    weight,
  ),
);
contract('supervised SimCSE', { forward: 4, backward: 4 }, (o, weight, rate) =>
  addTerm(
    o,
    'simcse',
    supervisedSimcse(vector(rate), {
      anchors: (b: SmallBatch) => b as SmallRows,
      positives: unlabelled,
      hardNegatives: unlabelled,
      hardNegativeWeight: 0.5,
      temperature: 0.2,
    }),
    weight,
  ),
);
contract('supervised SimCSE, joined', { forward: 2, backward: 2 }, (o, weight, rate) =>
  addTerm(
    o,
    'simcse',
    supervisedSimcse(vector(rate), {
      anchors: ({ ids, attend: real }: SmallBatch) => ({ ids, attend: real }),
      positives: unlabelled,
      hardNegatives: unlabelled,
      temperature: 0.2,
      arrangement: 'concatenated',
    }),
    weight,
  ),
);
contract('attention diversity, rewarded', { forward: 1, backward: 1 }, (o, weight) =>
  attentionDiversity(o, { attend, weight, sign: 'reward' }),
);
contract('attention diversity, spread punished', { forward: 1, backward: 1 }, (o, weight) =>
  attentionDiversity(o, { attend, weight, sign: 'punish', of: 'spread', correction: 1, epsilon: 1e-4 }),
);
contract('random replacement', { forward: 1, backward: 1, draws: true }, (o, rate) =>
  randomReplacement(o, { ids: 'ids', target: attend, rate }),
);
contract('label smoothing', { forward: 1, backward: 1 }, (o, epsilon) => labelSmoothing(o, { logits, epsilon }));
contract('mixout', { forward: 1, backward: 1, draws: true, fed: false }, (o, probability) =>
  mixout(o, { pretrained: along(0.3), probability: probability as number }),
);
contract('decay to the pretrained point', { forward: 1, backward: 1 }, (o, weight) =>
  decayToPretrained(o, { pretrained: along(0.3), weight }),
);
contract('FGM over R-Drop', { stops: true, forward: 4, backward: 4 }, (o, epsilon) =>
  epsilon === 0 ? o : fgm(rDrop(o, { logits }), { scope: tokens, epsilon }),
);

describe('objectiveContract', () => {
  const broken = (wrong: (objective: SmallObjective, alpha: number) => SmallObjective) =>
    objectiveContract(
      (objective, { alpha }: { readonly alpha: number }) => wrong(objective, alpha),
      { alpha: 1 },
      { fed: false },
    );

  it('lists all that is wrong', async () => {
    const twice =
      (objective: SmallObjective, alpha: number): SmallObjective =>
      (parameters, batch, key) => {
        const [first, second] = [objective(parameters, batch, key), objective(parameters, batch, undefined)];
        return { ...first, loss: add(first.loss, multiply(stopGradient(second.loss), alpha)) };
      };
    await expect(broken(twice)).rejects.toThrow(
      /at strength 0 it is not the plain objective.*strength -1 is not refused.*by 0 only.*declares 1 forward and 1 backward passes and takes 2 forward/,
    );
  });

  it('finds a gradient that is none', async () => {
    const wrong = (objective: SmallObjective, alpha: number): SmallObjective => {
      if (!(alpha >= 0 && alpha < 9)) throw new RangeError('alpha');
      return alpha === 0
        ? objective
        : addOutputTerm(objective, 'sign', ({ logits: z }) => mean(sign(multiply(z, 1e3))), alpha);
    };
    await expect(broken(wrong)).rejects.toThrow('its gradients differ from the plain ones by 0 only');
  });

  it('asks which option is the strength', async () => {
    await expect(objectiveContract((objective) => objective, { a: 1, b: 2 })).rejects.toThrow('there are a, b');
  });
});
