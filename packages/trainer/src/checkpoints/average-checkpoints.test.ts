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
  expect(() => averageCheckpoints([one, new Map([['w', vector(0, 0, 0)]])])).toThrow(
    "'w' is float32 [3] in 1, float32 [2] in 0",
  );
  expect(() => averageCheckpoints([])).toThrow('got none');
});

it('whole numbers are kept where all are equal, to the last bit, and have no mean where they are not', () => {
  const counter = (...values: number[]): HostTensor => ({
    shape: [values.length],
    dtype: 'int32',
    values: Int32Array.from(values),
  });
  const mask: HostTensor = { shape: [2], dtype: 'bool', values: Uint8Array.of(1, 0) };
  const one = new Map([
    ['step', counter(4, 16777217)],
    ['mask', mask],
  ]);
  const mean = averageCheckpoints([one, new Map(one)]);
  expect(mean.get('step')).toEqual(counter(4, 16777217));
  expect(mean.get('mask')).toEqual(mask);
  expect(() => averageCheckpoints([one, new Map([...one, ['step', counter(5, 16777217)]])])).toThrow(
    "averageCheckpoints: 'step' is int32, which has no mean, and is not the same in 1 and 0.",
  );
  expect(() => averageCheckpoints([one, new Map([...one, ['step', vector(4, 16777216)]])])).toThrow(
    "'step' is float32 [2] in 1, int32 [2] in 0",
  );
});
