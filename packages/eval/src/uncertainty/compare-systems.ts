import { callable, checkOptions, needed } from '@cloze/checks';
import { holm } from './holm.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { levelRule } from './resampling-rules.ts';

/** A system and its figures, one a seed (or one an example), in the same order for every system. */
export interface System {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** One row of a comparison table. */
export interface ComparedSystem {
  readonly name: string;
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
  /** Mean minus the baseline's mean; 0 for the baseline. */
  readonly difference: number;
  /** null for the baseline. */
  readonly p: number | null;
  /** p after Holm's correction for all rows of the table; null for the baseline. */
  readonly adjustedP: number | null;
  readonly significant: boolean;
  /** `*` at the level, `**` at a fifth of it, `***` at a fiftieth (0.05, 0.01, 0.001), otherwise empty. */
  readonly mark: '' | '*' | '**' | '***';
}

/**
 * A comparison table: every system against the first one, Holm-corrected, with marks.
 *
 * @param systems the baseline first
 * @param options.test p-value of two systems, such as `(a, b) => pairedT(a, b).p` over seeds or `pairedBootstrap` over examples
 * @param options.level default 0.05
 * @throws {RangeError} without a baseline, and for systems of different length or of one name
 */
export function compareSystems(
  systems: readonly System[],
  options: {
    readonly test: (system: ArrayLike<number>, baseline: ArrayLike<number>) => number;
    readonly level?: number;
  },
): ComparedSystem[] {
  checkOptions('compareSystems', options, { test: needed(callable), level: levelRule });
  const { test, level = 0.05 } = options;

  const [baseline, ...others] = systems;
  if (!baseline) throw new RangeError('compareSystems: expected at least the baseline, got no system.');
  const problems = others.flatMap(({ name, values }) =>
    values.length === baseline.values.length
      ? []
      : [`${name} has ${values.length} values, ${baseline.name} ${baseline.values.length}`],
  );
  for (const name of new Set(systems.map((system) => system.name)))
    if (systems.filter((system) => system.name === name).length > 1) problems.push(`${name} stands twice`);
  if (problems.length > 0) throw new RangeError(`compareSystems: ${problems.join('; ')}.`);
  const pValues = others.map(({ values }) => test(values, baseline.values));
  const adjusted = holm(pValues);
  const reference = meanAndSd(baseline.values);
  return [
    { name: baseline.name, ...reference, difference: 0, p: null, adjustedP: null, significant: false, mark: '' },
    ...others.map(({ name, values }, i): ComparedSystem => {
      const own = meanAndSd(values);
      const adjustedP = adjusted[i] as number;
      return {
        name,
        ...own,
        difference: own.mean - reference.mean,
        p: pValues[i] as number,
        adjustedP,
        significant: adjustedP < level,
        mark: adjustedP < level / 50 ? '***' : adjustedP < level / 5 ? '**' : adjustedP < level ? '*' : '',
      };
    }),
  ];
}
