import { add, constant, evaluate, fill, sqrt, type Tensor, tfjsEngine } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { keepUnlessFinite } from './keep-unless-finite.ts';

const engine = await tfjsEngine('cpu');
const kept = (...scalars: Tensor[]) => {
  const current = { w: constant([1, 2]) };
  const next = { w: add(current.w, scalars[0] as Tensor) };
  return [...evaluate(engine, keepUnlessFinite(scalars, next, current)).w.values];
};

describe('keepUnlessFinite', () => {
  it('takes the update of finite scalars only', () => {
    expect(kept(fill([], 3))).toEqual([4, 5]);
    expect(kept(sqrt(fill([], -1)))).toEqual([1, 2]);
    expect(kept(fill([], Number.POSITIVE_INFINITY))).toEqual([1, 2]);
    expect(kept(fill([], 3), sqrt(fill([], -1)))).toEqual([1, 2]);
  });
});
