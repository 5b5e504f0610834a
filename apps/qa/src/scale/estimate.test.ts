import { expect, it } from 'vitest';
import { estimateStep, stillPays } from './estimate.ts';
import { measuredStep } from './paper.ts';

const measured = { parameters: 1e6, secondsPerRow: 0.01, secondsPerStep: 0.04, secondsPerByte: 1e-9 };

it('is the closed form: rows cut, a step as it is, the ring twice over the network, latency, summing', () => {
  const alone = estimateStep(measured, { rows: 256, machines: 1, bits: 1e9 });
  expect(alone).toMatchObject({ compute: 2.6, exchange: 0, efficiency: 1 });
  const four = estimateStep(measured, { rows: 256, machines: 4, bits: 1e9 });
  // 64 rows; 4 MB of gradients, of which three halves go over 1 Gb/s: 48 ms; six times 50 µs; 4 ms.
  expect(four.compute).toBeCloseTo(0.68, 12);
  expect(four.exchange).toBeCloseTo(0.048 + 0.0003 + 0.004, 12);
  expect(four.efficiency).toBeCloseTo(2.6 / (4 * 0.7323), 12);
  // Ten times as fast at rows, not at the network.
  const fast = estimateStep(measured, { rows: 256, machines: 4, bits: 1e9, faster: 10 });
  expect([fast.compute, fast.exchange]).toEqual([expect.closeTo(0.068, 12), four.exchange]);
});

it('stops paying where a machine does less than half of its worth', () => {
  const steps = [2, 4, 8, 16, 32].map((machines) => estimateStep(measured, { rows: 64, machines, bits: 1e8 }));
  const worth = steps.filter(({ efficiency }) => efficiency >= 0.5).map(({ machines }) => machines);
  expect(stillPays(steps)).toBe(worth.at(-1));
  expect(stillPays(steps.map((step) => ({ ...step, efficiency: 0.1 })))).toBeUndefined();
});

it('tells rows from steps by two measurements', () => {
  const times = (step: number): { step: [number, number]; exchange: [number, number] } => ({
    step: [step, step],
    exchange: [4, 9],
  });
  // 40 ms a step and 10 ms a row, and 4 ms of exchange of 4 MB.
  const found = measuredStep(1e6, [
    [2, times(64)],
    [8, times(124)],
  ]);
  for (const [name, value] of Object.entries(measured))
    expect(found[name as keyof typeof measured] / value).toBeCloseTo(1, 12);
});
