import { expect, it } from 'vitest';
import { generationMetrics } from './generation.ts';

it.each([
  ['中国', '中国', 1],
  ['led产业', 'led 产业', 1],
  ['中国', '国中', 0],
  ['the cat', 'thecat', 0],
])('%s written for %s is exact: %d', (text, target, exact) => {
  expect(generationMetrics.of('exactMatch', [{ prediction: { text }, target }])).toBe(exact);
});
