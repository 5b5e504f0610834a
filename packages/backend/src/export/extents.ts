/** The two sizes that whoever runs an exported graph decides. */
export interface Sizes {
  readonly batch: number;
  readonly length: number;
}

/** An extent as `factor · batch^b · length^l`. */
export interface Extent {
  readonly factor: number;
  readonly powers: readonly [batch: number, length: number];
}

const most = 2;

/** The value of an extent at sizes. */
export const extentAt = ({ factor, powers: [b, l] }: Extent, { batch, length }: Sizes): number =>
  factor * batch ** b * length ** l;

/** Whether an extent is the same whatever the sizes. */
export const isFixed = ({ powers: [b, l] }: Extent): boolean => b === 0 && l === 0;

/** Whether two extents are one. */
export const sameExtent = (a: Extent, b: Extent): boolean =>
  a.factor === b.factor && a.powers[0] === b.powers[0] && a.powers[1] === b.powers[1];

/**
 * The extent that has these values at these sizes, up to squares of each; undefined where there is none.
 *
 * The ratios of batches and lengths are to be powers of no common number: then there is at most one.
 */
export function extentOf(values: readonly number[], sizes: readonly Sizes[]): Extent | undefined {
  const [first] = sizes as readonly [Sizes];
  for (let b = 0; b <= most; b++)
    for (let l = 0; l <= most; l++) {
      const factor = (values[0] as number) / extentAt({ factor: 1, powers: [b, l] }, first);
      const extent: Extent = { factor, powers: [b, l] };
      if (Number.isInteger(factor) && values.every((value, i) => value === extentAt(extent, sizes[i] as Sizes)))
        return extent;
    }
  return undefined;
}

/** What an open size is called in a file. */
export const sizeNames = ['batch_size', 'sequence_length'] as const;

/** An extent as a file says it: a number, or a name for what is fed. */
export function namedExtent(extent: Extent): number | string {
  if (isFixed(extent)) return extent.factor;
  const factors = extent.powers.flatMap((power, axis) => Array<string>(power).fill(sizeNames[axis] as string));
  return [...(extent.factor === 1 ? [] : [extent.factor]), ...factors].join('*');
}
