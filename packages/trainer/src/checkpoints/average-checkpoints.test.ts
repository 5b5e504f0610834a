import type { HostTensor } from '@cloze/backend';
import { expect, it } from 'vitest';
import { averageCheckpoints } from './average-checkpoints.ts';

const vector = (...values: number[]): HostTensor => ({
  shape: [values.length],
  dtype: 'float32',
  values: Float32Array.from(values),
});

it('averageCheckpoints is the mean, and names what does not fit', () => {
  const one = new Map([['w', vector(0, 1)]]);
  const two = new Map([['w', vector(1, 4)]]);
  expect([...(averageCheckpoints([one, two]).get('w')?.values ?? [])]).toEqual([0.5, 2.5]);
  expect(() => averageCheckpoints([one, new Map([['w', vector(0, 0, 0)]])])).toThrow("'w' is [3] in 1, [2] in 0");
  expect(() => averageCheckpoints([])).toThrow('got none');
});
