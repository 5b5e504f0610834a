import { expect, it } from 'vitest';
import { erf } from './erf.ts';

it('equals the error function to float32, near zero relatively, and knows its ends', () => {
  // math.erf of Python 3.11.
  const known: [number, number][] = [
    [1e-6, 1.1283791670951364e-6],
    [0.0078, 0.008801179015072609],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [0.7, 0.6778011938374185],
    [1, 0.8427007929497149],
    [1.9999, 0.9953201979070294],
    [2.5, 0.999593047982555],
    [3.9, 0.9999999652077514],
  ];
  const ours = erf(known.flatMap(([x]) => [x, -x]));
  known.forEach(([, y], i) => {
    expect(Math.abs((ours[2 * i] as number) - y)).toBeLessThan(7e-8 * y);
    expect(ours[2 * i + 1]).toBe(-(ours[2 * i] as number));
  });
  expect([...erf([0, 4, 1e9, -Infinity, NaN])]).toEqual([0, 1, 1, -1, NaN]);
});

it('has no step where the table changes entry', () => {
  const x = Float64Array.from({ length: 40_000 }, (_, i) => i / 10_000);
  const y = erf(x);
  for (let i = 1; i < y.length; i++) expect((y[i] as number) - (y[i - 1] as number)).toBeGreaterThanOrEqual(0);
});
