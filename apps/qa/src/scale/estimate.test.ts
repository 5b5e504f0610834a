import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { estimateStep, type MeasuredStep, stillPays } from './estimate.ts';
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

it('gives the table of docs/several-machines.md, from the inputs that stand above it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/several-machines.md'), 'utf8');
  const number = (text = '') => Number(/[\d.]+/.exec(text)?.[0]);
  const cells = [...page.matchAll(/^\| (\d+, \d+.*) \|$/gm)].map(([, line = '']) => line.split(' | '));
  const inputs = new Map(
    cells
      .filter(({ length }) => length === 5)
      .map(([size = '', parameters, row, step]): [string, MeasuredStep] => [
        size.split(', ').slice(0, 2).join(', '),
        {
          parameters: 1e6 * number(parameters),
          secondsPerRow: number(row) / 1000,
          secondsPerStep: number(step) / 1000,
          secondsPerByte: 0.006 / 13e6,
        },
      ]),
  );
  const rows = cells.filter(({ length }) => length === 10);
  expect([inputs.size, rows.length]).toEqual([3, 12]);
  for (const [size = '', batch, network, ...told] of rows) {
    const asked = { rows: number(batch), bits: 1e9 * number(network), faster: 8 };
    const steps = [2, 4, 8, 16, 32, 64].map((machines) =>
      estimateStep(inputs.get(size) as MeasuredStep, { ...asked, machines }),
    );
    for (const [i, { efficiency }] of steps.entries())
      expect(Math.abs(efficiency - Number(told[i]))).toBeLessThan(0.006);
    expect(stillPays(steps)).toBe(Number(told.at(-1)));
  }
});
