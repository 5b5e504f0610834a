import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { oracle } from '../../test/oracle.ts';
import { stream } from '../../test/stream.ts';
import { mcnemar } from './mcnemar.ts';

const fixture = oracle<{ mcnemar: [number, number, number][] }>('uncertainty');

it.each(fixture.mcnemar)('%d only A, %d only B: equals SciPy', (onlyA, onlyB, p) => {
  const a = [...Array<boolean>(onlyA).fill(true), ...Array<boolean>(onlyB).fill(false), true, false];
  const b = [...Array<boolean>(onlyA).fill(false), ...Array<boolean>(onlyB).fill(true), true, false];
  expect(mcnemar(a, b)).toEqual({ onlyA, onlyB, p: expect.closeTo(p, 10) });
});

it('gives a false alarm in no more than 5 % of 1000 simulations of 300 answers', () => {
  const random = stream(6);
  let alarms = 0;
  for (let trial = 0; trial < 1000; trial++) {
    const a = Array.from({ length: 300 }, () => random.next() < 0.7);
    const b = Array.from({ length: 300 }, () => random.next() < 0.7);
    if (mcnemar(a, b).p < 0.05) alarms++;
  }
  // An exact test of counts stays below its level; far below would mean that it finds nothing.
  expect(alarms / 1000).toBeLessThan(0.05 + binomialBound(0.05, 1000));
  expect(alarms / 1000).toBeGreaterThan(0.01);
});

it('of two equal systems p is 1', () => {
  expect(mcnemar([true, false], [true, false]).p).toBe(1);
  expect(() => mcnemar([true], [])).toThrow('1 and 0');
});
