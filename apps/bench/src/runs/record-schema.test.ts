import { expect, it } from 'vitest';
import { specSchema } from './record-schema.ts';

const spec = { recipe: 'a', arm: 'b', row: 'c', seed: 1, size: 'tiny', data: 'poems' };
const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { inner: value };
  return value;
};

it('settings that stand in each other 100,000 deep are refused, not walked into', () => {
  expect(specSchema.safeParse({ ...spec, settings: nested(20) }).success).toBe(true);
  for (const depth of [40, 100_000])
    expect(specSchema.safeParse({ ...spec, settings: nested(depth) }).error?.message).toContain('at most 32 deep');
});
