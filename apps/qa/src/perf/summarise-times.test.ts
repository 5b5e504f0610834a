import { expect, it } from 'vitest';
import { summariseTimes } from './summarise-times.ts';

const time = (operation: string, duration: number) => ({
  node: `${operation}_0`,
  operation,
  start: 0,
  duration,
  thread: 0,
});

it('sums the calls of a kind in a step, takes the median over steps, and sorts by cost', () => {
  const steps = [
    [time('MatMul', 1000), time('MatMul', 2000), time('Mul', 1000)],
    [time('MatMul', 5000), time('MatMul', 5000), time('Mul', 500)],
    [time('MatMul', 1000), time('MatMul', 1000), time('Mul', 3000)],
  ];
  expect(summariseTimes(steps)).toEqual([
    { operation: 'MatMul', calls: 2, ms: 3, share: 0.75 },
    { operation: 'Mul', calls: 1, ms: 1, share: 0.25 },
  ]);
});
