import { type ClueTask, c3, cluener, cmrc2018, cola, mrpc, rte, sst2, stsB } from '@cloze/datasets';
import { classScores, differenceOverSeeds, matthewsCorrelation, spearmanCorrelation } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import type { Lesson, Side } from '../../test/beside-transformers.ts';
import { keptSides } from '../../test/kept-sides.ts';
import type { Judged } from '../tasks/prepared-task.ts';

const python = process.env.CLOZE_PYTHON ?? '';
const data = process.env.CLOZE_DATA ?? '';
/** Tasks that are asked for, by name with commas between; default all. */
const asked = process.env.CLOZE_TASKS?.split(',');
/** A trained Chinese encoder; without it CLUENER is learnt from fresh weights only. */
const encoder = process.env.CLOZE_ENCODER;
/** Keeps what was learnt, so that nothing is learnt twice. */
const where = { folder: process.env.CLOZE_OUT, data, python };

const english = { model: 'minilm', length: 64 } as const;
const chinese = { model: 'fresh', learningRate: 5e-4 } as const;
const classes = { kind: 'class', ...english } as const;
const fifty = { learningRate: 2e-5, steps: 50 };
const lessons: readonly Lesson[] = [
  { benchmark: cola, ...classes, ...fifty },
  { benchmark: mrpc, ...classes, ...fifty },
  { benchmark: rte, ...classes, ...fifty },
  { benchmark: stsB, ...english, kind: 'number', ...fifty },
  { benchmark: sst2, ...classes, ...fifty },
  { benchmark: cluener, kind: 'tokens', ...chinese, length: 48, steps: 50 },
  { benchmark: c3, kind: 'choice', ...chinese, length: 64, steps: 50 },
  { benchmark: cmrc2018, kind: 'span', ...chinese, length: 128, steps: 50 },
];

const labelsOf = (rows: readonly Judged[]) => {
  const said = rows.map(({ prediction }) => (prediction as { readonly label: string }).label);
  return [said, rows.map(({ target }) => target as string)] as const;
};
const valuesOf = (rows: readonly Judged[]) => {
  const said = rows.map(({ prediction }) => (prediction as { readonly value: number }).value);
  return [said, rows.map(({ target }) => target as number)] as const;
};
/** Right answers' share, F1 of class '1', Matthews correlation, Spearman correlation: what GLUE judges by. */
const official = {
  accuracy: (rows: readonly Judged[]) => {
    const [said, meant] = labelsOf(rows);
    return said.filter((label, i) => label === meant[i]).length / said.length;
  },
  f1: (rows: readonly Judged[]) => classScores(...labelsOf(rows), ['1'])[0]?.f1 ?? 0,
  matthews: (rows: readonly Judged[]) => matthewsCorrelation(...labelsOf(rows)),
  spearman: (rows: readonly Judged[]) => spearmanCorrelation(...valuesOf(rows)),
};

/** An epoch of the first rows. CLOZE_SIZE=long is an hour and a half of two cores, which learns; without it an eighth of that, which compares two sides just as well. */
const long = process.env.CLOZE_SIZE === 'long';
const rowsOf = (short: number, whole: number) => ({ rows: long ? whole : short, learningRate: 1e-4 });
/** Five trainings of each. */
const overSeeds: readonly (Lesson & { readonly figure: keyof typeof official })[] = [
  { benchmark: cola, ...classes, ...rowsOf(320, 5120), figure: 'matthews' },
  { benchmark: mrpc, ...classes, ...rowsOf(160, 2560), figure: 'f1' },
  { benchmark: rte, ...classes, ...rowsOf(160, 2490), figure: 'accuracy' },
  { benchmark: stsB, ...english, kind: 'number', ...rowsOf(240, 1920), figure: 'spearman' },
  { benchmark: sst2, ...classes, ...rowsOf(320, 2560), figure: 'accuracy' },
  { benchmark: sst2, ...classes, ...rowsOf(320, 2560), dropout: 0.1, figure: 'accuracy' },
];
/** The figure of whoever answers every row with the answer that most of them have. */
function commonest(rows: readonly Judged[], figure: keyof typeof official): number {
  // One value for all rows is in no order.
  if (figure === 'spearman') return 0;
  const times = new Map<string, number>();
  for (const { target } of rows) times.set(target as string, (times.get(target as string) ?? 0) + 1);
  const [[label] = ['']] = [...times].sort(([, a], [, b]) => b - a);
  return official[figure](rows.map((row) => ({ ...row, prediction: { label } })) as readonly Judged[]);
}
const seeds = [1, 2, 3, 4, 5];

const entities = { kind: 'tokens', benchmark: cluener, length: 48, judge: 'dev', schedule: 'linear' } as const;
const curves: readonly (readonly [string, Lesson])[] = [
  ['fresh weights', { ...entities, model: 'fresh', learningRate: 2e-3, steps: 300, evalSteps: 100 }],
  ...(encoder === undefined
    ? []
    : [
        [
          'a trained encoder',
          {
            ...entities,
            model: { folder: encoder },
            learningRate: 2e-4,
            steps: long ? 480 : 60,
            evalSteps: long ? 160 : 20,
          },
        ] as const,
      ]),
];

const wanted = ({ benchmark: { name } }: { readonly benchmark: ClueTask }) => asked?.includes(name) ?? true;
const named = <T extends Lesson>(list: readonly T[]) =>
  list
    .filter(wanted)
    .map((one) => [one.dropout ? `${one.benchmark.name} with dropout` : one.benchmark.name, one] as const);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
const minutes = 60_000;

describe.skipIf(!python || !data)('fine-tuning beside transformers (CLOZE_PYTHON, CLOZE_DATA)', () => {
  it.each(named(lessons))(
    '%s: the losses of 50 steps from the same weights are equal to 1e-3',
    async (name, lesson) => {
      const { ours, theirs, apart } = await keptSides(`${name}-50-steps`, lesson, where);
      expect([ours.losses.length, theirs.losses.length]).toEqual([50, 50]);
      console.info(`${name}: losses at most ${apart.toExponential(1)} apart`);
      expect(apart).toBeLessThan(1e-3);
    },
    15 * minutes,
  );

  it.each(named(overSeeds))(
    '%s: over five seeds the official figure on dev differs by nothing, within 3 points',
    async (name, { figure, ...lesson }) => {
      const [ours, theirs]: [Side[], Side[]] = [[], []];
      for (const seed of seeds) {
        const whole: Lesson = { ...lesson, seed, schedule: 'linear', judge: 'dev' };
        const sides = await keptSides(`${name}-seed-${seed}`, whole, where);
        ours.push(sides.ours);
        theirs.push(sides.theirs);
      }
      const statistic = official[figure];
      const { difference, low, high, n } = differenceOverSeeds(
        ours.map(({ judged }) => judged),
        theirs.map(({ judged }) => judged),
        { statistic, samples: 1000, random: streamFrom(1) },
      );
      const points = (value: number) => (100 * value).toFixed(2);
      const each = (sides: readonly Side[]) => sides.map(({ judged }) => points(statistic(judged))).join(' ');
      console.info(
        `${name}: ${figure}, ${n} dev rows, ours ${each(ours)}, theirs ${each(theirs)}, difference ${points(difference)} (${points(low)} to ${points(high)})`,
      );
      expect(low).toBeLessThanOrEqual(0);
      expect(high).toBeGreaterThanOrEqual(0);
      expect((high - low) / 2).toBeLessThanOrEqual(0.03);
      if (!long) return;
      for (const sides of [ours, theirs])
        expect(mean(sides.map(({ judged }) => statistic(judged)))).toBeGreaterThan(
          commonest(sides[0]?.judged ?? [], figure),
        );
    },
    90 * minutes,
  );

  it.skipIf(!wanted({ benchmark: cluener })).each(curves)(
    "cluener: from %s, losses and entity F1 lie within the spread of PyTorch's seeds",
    async (start, lesson) => {
      const [ours, theirs]: [Side[], Side[]] = [[], []];
      for (const seed of [1, 2, 3]) {
        const sides = await keptSides(`cluener-${start}-seed-${seed}`, { ...lesson, seed }, where);
        ours.push(sides.ours);
        theirs.push(sides.theirs);
      }
      const times = theirs[0]?.curve ?? [];
      expect(ours.map(({ curve }) => curve.length)).toEqual(theirs.map(({ curve }) => curve.length));
      for (const [i, { step }] of times.entries()) {
        const f1 = (sides: readonly Side[]) => sides.map(({ curve }) => curve[i]?.figures.entityF1 as number);
        const before = i === 0 ? 0 : (times[i - 1]?.step as number);
        const loss = (sides: readonly Side[]) => sides.map(({ losses }) => mean(losses.slice(before, step)));
        for (const [what, of, least] of [
          ['entity F1', f1, 0.005],
          ['loss', loss, 0.001],
        ] as const) {
          const [mine, its] = [of(ours), of(theirs)];
          console.info(
            `cluener from ${start}, step ${step}: ${what} ours ${mine.map((x) => x.toFixed(4)).join(' ')}, theirs ${its.map((x) => x.toFixed(4)).join(' ')}`,
          );
          expect(Math.abs(mean(mine) - mean(its))).toBeLessThanOrEqual(Math.max(spread(its), least));
        }
      }
      const [first, last] = [times[0], times.at(-1)];
      expect(last?.figures.entityF1).toBeGreaterThan(first?.figures.entityF1 as number);
    },
    60 * minutes,
  );

  it.skipIf(!wanted({ benchmark: c3 }))(
    'c3: 100 questions are learnt by heart',
    async () => {
      const lesson: Lesson = { benchmark: c3, kind: 'choice', rows: 100, steps: 600, length: 64, ...chinese };
      const { ours, theirs } = await keptSides('c3-by-heart', { ...lesson, judge: 'train' }, where);
      const [mine, its] = [ours, theirs].map(({ judged }) =>
        mean(judged.map(({ prediction, target }) => Number((prediction as { index: number }).index === target))),
      );
      console.info(`c3: of 100 questions ${mine} by heart, theirs ${its}`);
      expect(mine).toBeGreaterThan(0.95);
      expect(its).toBeGreaterThan(0.95);
    },
    15 * minutes,
  );
});
