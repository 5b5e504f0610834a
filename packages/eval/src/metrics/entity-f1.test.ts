import { expect, it } from 'vitest';
import { entityF1 } from './entity-f1.ts';

it('an entity is right when type and both ends are: seqeval 1.2.2 by hand', () => {
  const labels = [['B-PER', 'I-PER', 'O', 'B-LOC']];
  expect(entityF1([['B-PER', 'I-PER', 'O', 'O']], labels)).toBeCloseTo(2 / 3, 12);
  expect(entityF1([['B-PER', 'O', 'O', 'B-LOC']], labels)).toBe(0.5);
  expect(entityF1([['B-LOC', 'I-LOC', 'O', 'B-LOC']], labels)).toBe(0.5);
  expect(entityF1(labels, labels)).toBe(1);
  // I- without B-, and a type that changes, begin an entity (conlleval).
  expect(entityF1([['I-PER', 'I-PER', 'O', 'I-LOC']], labels)).toBe(1);
  expect(entityF1([['B-A', 'I-B']], [['B-A', 'B-B']])).toBe(1);
  // B- behind B- of the same type is a second entity.
  expect(entityF1([['B-A', 'B-A']], [['B-A', 'I-A']])).toBe(0);
});

it.each([[['B-A', 'E-A', 'S-A', 'S-A']], [['B-A', 'L-A', 'U-A', 'U-A']], [['B-A', 'I-A', 'B-A', 'B-A']]])(
  'BIOES, BILOU and BIO say the same: %o',
  (tags) => {
    expect(entityF1([tags], [['B-A', 'I-A', 'B-A', 'B-A']])).toBe(1);
  },
);

it('without prefixes a run of equal tags is an entity; nobody’s entity is 0', () => {
  expect(entityF1([['PER', 'PER', 'LOC', 'O']], [['PER', 'PER', 'O', 'LOC']])).toBe(0.5);
  expect(entityF1([['O', 'O']], [['O', 'O']])).toBe(0);
});

it('refuses what does not fit', () => {
  expect(() => entityF1([['O']], [['O', 'O']])).toThrow('predictions[0] has 1 tags, labels[0] 2');
  expect(() => entityF1([], [])).toThrow('at least one');
  expect(() => entityF1(['O'] as never, [['O']])).toThrow('predictions[0]: expected a list, got a string ("O")');
});
