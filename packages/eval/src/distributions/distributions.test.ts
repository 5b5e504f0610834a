import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { normalTail } from './normal-tail.ts';
import { studentLimit } from './student-limit.ts';
import { studentTail } from './student-tail.ts';

const fixture = oracle<Record<'tail' | 'limit', [number, number, number][]> & { normal: [number, number][] }>(
  'uncertainty',
);
/** Equal to nine digits, however small. */
const digits = (got: number, expected: number) => expect(got / expected).toBeCloseTo(1, 9);

it.each(fixture.tail)("Student's tail at t = %d with %d degrees of freedom equals SciPy", (t, freedom, p) => {
  digits(studentTail(t, freedom), p);
});

it.each(fixture.limit)("Student's limit at level %d with %d degrees of freedom equals SciPy", (level, freedom, t) => {
  digits(studentLimit(level, freedom), t);
});

it.each(fixture.normal)('the normal tail at z = %d equals SciPy', (z, p) => {
  digits(normalTail(z), p);
});

it('tails of NaN are NaN, of infinity 0', () => {
  expect(studentTail(Number.NaN, 3)).toBeNaN();
  expect(normalTail(Number.NaN)).toBeNaN();
  expect(studentTail(Number.NEGATIVE_INFINITY, 3)).toBe(0);
  expect(normalTail(Number.POSITIVE_INFINITY)).toBe(0);
});
