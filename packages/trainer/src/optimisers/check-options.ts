import type { LeafSettings } from './leaf-settings.ts';

/** Where a number may lie: from 0 on, `positive` without it, `below` a bound that is itself left out. */
export interface NumberRange {
  readonly positive?: boolean;
  readonly below?: number;
}

const shared = ['learningRate', 'weightDecay', 'groups', 'layerwiseDecay', 'frozen'];

function problemOf(name: string, value: unknown, { positive = false, below }: NumberRange = {}): string[] {
  const fits =
    typeof value === 'number' && (positive ? value > 0 : value >= 0) && value < (below ?? Number.POSITIVE_INFINITY);
  const range = `${positive ? 'more than 0' : 'at least 0'}${below === undefined ? '' : ` and below ${below}`}`;
  return fits ? [] : [`${name} must be ${range}, got ${value}`];
}

/**
 * Checks the options of an optimiser.
 *
 * @param own ranges of the options that only this one has; `undefined` for one that is no number
 * @throws {RangeError} naming every option that is unknown or out of its range
 */
export function checkOptions(
  where: string,
  options: LeafSettings,
  own: Readonly<Record<string, NumberRange | undefined>>,
): void {
  const { learningRate, weightDecay = 0, groups = [], layerwiseDecay: layerwise } = options;
  const known = [...shared, ...Object.keys(own)];
  const problems = Object.entries(options).flatMap(([name, value]) => {
    if (!known.includes(name)) return [`there is no option '${name}', only ${known.join(', ')}`];
    return own[name] && value !== undefined ? problemOf(name, value, own[name]) : [];
  });
  // Two for each group, and at most four more.
  problems.push(
    ...(typeof learningRate === 'function' ? [] : problemOf('learningRate', learningRate)),
    ...problemOf('weightDecay', weightDecay),
    ...groups.flatMap(({ weightDecay: decay = 0, rateScale = 1 }, i) => [
      ...problemOf(`groups[${i}].weightDecay`, decay),
      ...problemOf(`groups[${i}].rateScale`, rateScale),
    ]),
    ...(layerwise
      ? [
          ...problemOf('layerwiseDecay.layers', layerwise.layers),
          ...problemOf('layerwiseDecay.decay', layerwise.decay, { positive: true }),
        ]
      : []),
  );
  if (problems.length > 0) throw new RangeError(`${where}: ${problems.join('; ')}.`);
}
