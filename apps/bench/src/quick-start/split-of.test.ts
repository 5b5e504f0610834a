import { expect, it } from 'vitest';
import { readPoems } from '../recipes/parts/read-poems.ts';
import { splitOf } from './split-of.ts';

it('authors are in one split each, and all splits occur', () => {
  expect(new Set(readPoems(1500).map(({ author }) => splitOf(author)))).toEqual(new Set(['train', 'valid', 'test']));
  expect(splitOf('李白')).toBe(splitOf('李白'));
});
