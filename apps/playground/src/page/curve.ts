/** A point of a curve. */
export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/** Where a curve is drawn, in units of the drawing. */
export interface CurveFrame {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** The highest value; the lowest is 0. */
  readonly top: number;
}

/** At most this many points are drawn: each is the mean of those it stands for. */
const mostPoints = 300;

/** Means of neighbouring points, so that a long run is drawn as fast as a short one. */
function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const size = Math.ceil(points.length / mostPoints);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const some = points.slice(i * size, (i + 1) * size);
    const mean = (of: (point: CurvePoint) => number) => some.reduce((sum, point) => sum + of(point), 0) / some.length;
    return { step: mean(({ step }) => step), value: mean(({ value }) => value) };
  });
}

/** A curve as the `points` of an SVG polyline. */
export function curvePoints(points: readonly CurvePoint[], { width, height, steps, top }: CurveFrame): string {
  const round = (value: number) => Math.round(value * 10) / 10;
  return thinned(points)
    .map(({ step, value }) => {
      const x = (width * step) / Math.max(1, steps);
      const y = height * (1 - Math.min(1, Math.max(0, value / top)));
      return `${round(x)},${round(y)}`;
    })
    .join(' ');
}

/** A round number at or above the largest value. */
export function curveTop(values: readonly number[]): number {
  const most = values.reduce((top, value) => (Number.isFinite(value) ? Math.max(top, value) : top), 0);
  return Math.max(1, Math.ceil(most));
}
