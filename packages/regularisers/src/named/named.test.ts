import { type Engine, evaluate, flattenTree, gradients, referenceEngine } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { type SmallObjective, smallBatch, smallKey, smallObjective, smallParameters } from '../contract/small-task.ts';
import {
  attentionDiversity,
  fgm,
  fgsm,
  gradientPenalty,
  labelSmoothing,
  occurrenceScope,
  pgd,
  type RegulariserData,
  randomNoise,
  rDrop,
  regulariserFrom,
  regulariserNamed,
  regulariserNames,
  tableScope,
} from '../index.ts';

const table = tableScope('table');
const occurrences = occurrenceScope({ table: 'table', ids: 'ids' });
const plain = smallObjective(0.3);
const cases: readonly (readonly [RegulariserData, SmallObjective])[] = [
  [
    { name: 'r-drop', alpha: 2, divergence: 'js', arrangement: 'interleaved' },
    rDrop(plain, { alpha: 2, divergence: 'js', arrangement: 'interleaved' }),
  ],
  [{ name: 'fgm' }, fgm(plain, { scope: table })],
  [
    { name: 'fgm', over: 'occurrences', norm: 'perSample', epsilon: 0.2 },
    fgm(plain, { scope: occurrences, norm: 'perSample', epsilon: 0.2 }),
  ],
  [{ name: 'fgsm', minimise: 'sum' }, fgsm(plain, { scope: table, minimise: 'sum' })],
  [
    { name: 'pgd', steps: 2, ball: 'max', start: 'uniform' },
    pgd(plain, { scope: table, steps: 2, ball: 'max', start: 'uniform' }),
  ],
  [{ name: 'gradient-penalty' }, gradientPenalty(plain, { scope: occurrences })],
  [{ name: 'random-noise', sigma: 0.2 }, randomNoise(plain, { scope: table, sigma: 0.2 })],
  [{ name: 'label-smoothing', over: 'others' }, labelSmoothing(plain, { over: 'others' })],
  [
    { name: 'attention-diversity', weight: 0.1, sign: 'reward' },
    attentionDiversity(plain, { weight: 0.1, sign: 'reward' }),
  ],
];

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});

describe('a regulariser from plain data', () => {
  it.each(cases)('%o is the function of that name, to the bit', (data, expected) => {
    const step = (objective: SmallObjective) => {
      const { loss, parts } = objective(smallParameters, smallBatch, smallKey);
      return flattenTree(evaluate(engine, { loss, parts, slopes: gradients(loss, smallParameters) }));
    };
    // As it comes from a run's record.
    const fromDisk = regulariserNamed(JSON.parse(JSON.stringify(data)));
    expect(step(regulariserFrom(fromDisk, { table: 'table' })(plain))).toEqual(step(expected));
  });

  it('can say every name there is', () => {
    expect(new Set(cases.map(([{ name }]) => name))).toEqual(new Set(regulariserNames));
  });

  it('of strength 0 is the objective itself', () => {
    expect(regulariserFrom({ name: 'r-drop', alpha: 0 })(plain)).toBe(plain);
  });

  it.each([
    [{ name: 'rdrop' }, "There is no regulariser 'rdrop', did you mean 'r-drop'?"],
    [{ name: 'toString' }, "There is no regulariser 'toString', there are r-drop, fgm"],
    ['r-drop', 'A regulariser is an object with a name'],
    [
      { name: 'fgm', epsilom: 1, norm: 'sample', epsilon: '0.5' },
      "regulariser 'fgm': there is no 'epsilom', did you mean 'epsilon'?; norm must be global | perSample, got \"sample\"; epsilon must be a number, got \"0.5\".",
    ],
    [{ name: 'attention-diversity', weight: 1 }, "'sign' must be given"],
  ])('%j is refused: %s', (data, message) => {
    expect(() => regulariserNamed(data)).toThrow(message);
  });

  it('out of its range is refused by its function', () => {
    expect(() => regulariserFrom({ name: 'r-drop', alpha: -1 })(plain)).toThrow('alpha must be ≥ 0, got -1');
  });
});
