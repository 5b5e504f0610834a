import { expect, it } from 'vitest';
import { erf } from './erf.ts';

it('equals the error function in double precision, and knows its ends', () => {
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
  for (const [x, y] of known) {
    expect(Math.abs(erf(x) - y)).toBeLessThan(1e-14 * y);
    expect(erf(-x)).toBe(-erf(x));
  }
  expect([0, 40, -Infinity, Number.NaN].map(erf)).toEqual([0, 1, -1, Number.NaN]);
});

it('has no step where the continued fraction begins', () => {
  let before = 0;
  for (let x = 1e-4; x < 4; x += 1e-4) {
    expect(erf(x)).toBeGreaterThan(before);
    before = erf(x);
  }
});
