import { expect, it } from 'vitest';
import { captum, network } from '../../test/small-network.ts';
import { gradientTimesInput } from './gradient-times-input.ts';
import { saliency } from './saliency.ts';

const asked = { input: captum.x, width: captum.width, gradient: network };
const rows = (values: readonly number[]) => [0, 1, 2].map((row) => values.slice(row * 4, row * 4 + 4));

it('gradient × input equals Captum, and its tokens are sums over width', async () => {
  const { tokens, dimensions, value } = await gradientTimesInput(asked);
  expect([...dimensions]).toEqual(captum.timesInput.map((x) => expect.closeTo(x, 12)));
  expect([...tokens]).toEqual(
    rows(captum.timesInput).map((row) =>
      expect.closeTo(
        row.reduce((a, b) => a + b, 0),
        12,
      ),
    ),
  );
  expect(value).toBeCloseTo(captum.value, 12);
});

it('saliency equals Captum, its tokens are norms over width', async () => {
  expect([...(await saliency(asked)).dimensions]).toEqual(captum.saliency.map((x) => expect.closeTo(x, 12)));
  for (const [norm, of] of [
    ['l2', (row: number[]) => Math.hypot(...row)],
    ['l1', (row: number[]) => row.reduce((a, b) => a + b, 0)],
    ['max', (row: number[]) => Math.max(...row)],
  ] as const) {
    const { tokens } = await saliency({ ...asked, norm });
    expect([...tokens]).toEqual(rows(captum.saliency).map((row) => expect.closeTo(of(row), 12)));
  }
});
