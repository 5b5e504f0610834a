/**
 * Checks the numbers among some arguments; functions (strengths read from the batch) pass.
 *
 * @throws {RangeError} naming every one that is negative, not finite, or above `most` @internal
 */
export function checkNumbers(
  where: string,
  values: Readonly<Record<string, unknown>>,
  { most = Infinity, positive = false }: { readonly most?: number; readonly positive?: boolean } = {},
): void {
  const range = `${positive ? '> 0' : '≥ 0'}${most === Infinity ? '' : ` and ≤ ${most}`}`;
  const wrong = Object.entries(values)
    .filter(([, value]) => typeof value === 'number')
    .filter(
      ([, value]) =>
        !(
          Number.isFinite(value) &&
          (positive ? (value as number) > 0 : (value as number) >= 0) &&
          (value as number) <= most
        ),
    )
    .map(([name, value]) => `${name} must be ${range}, got ${value}`);
  if (wrong.length > 0) throw new RangeError(`${where}: ${wrong.join('; ')}.`);
}
