import { expect, it } from 'vitest';
import { trainedTogether } from './trained-together.ts';

it('one process alone is not told; how sums travelled is, where they were rounded', () => {
  const replicas = { rank: () => 0, size: () => 4, sum: async () => {} };
  expect(trainedTogether(undefined)).toEqual({});
  expect(trainedTogether(replicas)).toEqual({ replicas: 4 });
  expect(trainedTogether({ ...replicas, exchange: 'float32' })).toEqual({ replicas: 4 });
  expect(trainedTogether({ ...replicas, exchange: 'bfloat16' })).toEqual({ replicas: 4, exchange: 'bfloat16' });
});
