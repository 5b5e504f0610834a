import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { oracle } from '../../test/oracle.ts';
import { stream } from '../../test/stream.ts';
import { holm } from './holm.ts';

const fixture = oracle<{ holm: { p: number[]; adjusted: number[] } }>('uncertainty').holm;

it('equals statsmodels, ties included, in the order given', () => {
  for (const [i, value] of holm(fixture.p).entries()) expect(value).toBeCloseTo(fixture.adjusted[i] as number, 12);
});

it('raises any alarm over 8 true hypotheses in 1 − (1 − 0.05/8)⁸ of 4000 simulations; without it every third would', () => {
  const random = stream(9);
  const truth = 1 - (1 - 0.05 / 8) ** 8;
  let [alarms, raw] = [0, 0];
  for (let trial = 0; trial < 4000; trial++) {
    const p = Array.from({ length: 8 }, () => random.next());
    if (Math.min(...holm(p)) < 0.05) alarms++;
    if (Math.min(...p) < 0.05) raw++;
  }
  expect(Math.abs(alarms / 4000 - truth)).toBeLessThan(binomialBound(truth, 4000));
  expect(raw / 4000).toBeGreaterThan(0.3);
});

it('refuses what is no probability', () => {
  expect(() => holm([0.5, -1])).toThrow('pValues[1] is -1');
  expect(holm([])).toEqual([]);
});
