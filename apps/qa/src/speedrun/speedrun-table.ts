import type { SpeedrunPoint } from './point.ts';

/** One seed of one side. */
export interface SpeedrunResult {
  readonly side: string;
  readonly seed: number;
  /** Seconds of training until the first look at or below the target; null where it was not reached. */
  readonly reached: number | null;
  readonly points: readonly SpeedrunPoint[];
}

/** A run's looks as a result. */
export function resultOf(side: string, seed: number, points: readonly SpeedrunPoint[], target: number): SpeedrunResult {
  const first = points.find(({ loss }) => loss <= target);
  return { side, seed, reached: first?.seconds ?? null, points };
}

/** A time as a share of another. */
export interface TimeShare {
  readonly share: number;
  /** Whether the other did not reach the target with every seed, so that its time so far stands for one that is longer. */
  readonly isAtMost: boolean;
}

/** A side over its seeds. */
export interface SpeedrunRow {
  readonly side: string;
  readonly about: string;
  readonly seeds: number;
  /** Seeds that reached the target. */
  readonly reachedBy: number;
  /** Mean, least and most minutes of training to the target; absent where a seed did not reach it. */
  readonly minutes?: readonly [mean: number, least: number, most: number];
  /** Updates it took, in the mean. */
  readonly steps?: number;
  /** Its time over that of run_mlm, of the PyTorch loop and of the side above it, with the same seed, in the mean over seeds. */
  readonly ofRunMlm?: TimeShare;
  readonly ofLoop?: TimeShare;
  readonly ofAbove?: TimeShare;
  /** Held-out loss at its last look, in the mean. */
  readonly lastLoss: number;
}

const extreme = (values: readonly number[], of: (a: number, b: number) => number) => values.reduce((a, b) => of(a, b));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** The rows of the table, in the order of the sides. */
export function speedrunRows(
  sides: readonly { readonly name: string; readonly about: string }[],
  results: readonly SpeedrunResult[],
): SpeedrunRow[] {
  const ofSide = (name: string) => results.filter(({ side }) => side === name);
  /** Absent where the side itself did not reach the target with a seed, or the other was not trained with it. */
  const ratio = (name: string, other: string | undefined): TimeShare | undefined => {
    const pairs = ofSide(name).map(({ seed, reached }) => {
      const peer = results.find((result) => result.side === other && result.seed === seed);
      return {
        own: reached,
        others: peer?.reached ?? peer?.points.at(-1)?.seconds ?? null,
        isAtMost: peer?.reached === null,
      };
    });
    const shares = pairs.flatMap(({ own, others }) => (own === null || others === null ? [] : [own / others]));
    if (pairs.length === 0 || shares.length < pairs.length) return undefined;
    return { share: mean(shares), isAtMost: pairs.some(({ isAtMost }) => isAtMost) };
  };
  const there = sides.filter(({ name }) => ofSide(name).length > 0);
  return there.map(({ name, about }, i) => {
    const own = ofSide(name);
    const minutes = own.flatMap(({ reached }) => (reached === null ? [] : [reached / 60]));
    const last = own.flatMap(({ points }) => points.slice(-1));
    const all = minutes.length === own.length;
    const above = there[i - 1]?.name;
    const [ofRunMlm, ofLoop, ofAbove] = [ratio(name, 'run_mlm'), ratio(name, 'loop'), ratio(name, above)];
    return {
      side: name,
      about,
      seeds: own.length,
      reachedBy: minutes.length,
      ...(all && { minutes: [mean(minutes), extreme(minutes, Math.min), extreme(minutes, Math.max)] as const }),
      ...(all && { steps: mean(last.map(({ step }) => step)) }),
      ...(ofRunMlm !== undefined && { ofRunMlm }),
      ...(ofLoop !== undefined && { ofLoop }),
      ...(ofAbove !== undefined && { ofAbove }),
      lastLoss: mean(last.map(({ loss }) => loss)),
    };
  });
}

const shareText = (share: TimeShare | undefined) =>
  share === undefined ? '-' : `${share.isAtMost ? 'below ' : ''}${two(share.share)}`;
const two = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));

/** The rows as a table of Markdown. */
export function speedrunTable(rows: readonly SpeedrunRow[], target: number): string {
  const lines = rows.map(({ side, about, seeds, reachedBy, minutes, steps, ofRunMlm, ofLoop, ofAbove, lastLoss }) => {
    const time = minutes
      ? `${two(minutes[0])} (${two(minutes[1])} to ${two(minutes[2])})`
      : `not reached by ${seeds - reachedBy} of ${seeds}`;
    return `| ${side} | ${about} | ${time} | ${steps?.toFixed(0) ?? '-'} | ${shareText(ofRunMlm)} | ${shareText(ofLoop)} | ${shareText(ofAbove)} | ${lastLoss.toFixed(3)} |`;
  });
  return [
    `| side | what | minutes to a held-out loss of ${target} | updates | of run_mlm’s | of the loop’s | of the row above | last loss |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}
