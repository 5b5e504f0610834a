/** A figure that comparisons may rely on: NaN is smaller than nothing, so that a test would call it the most significant. @throws {RangeError} for another */
export function finiteFigure(where: string, what: string, value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${where}: ${what} is ${value}; expected a finite number.`);
  return value;
}
