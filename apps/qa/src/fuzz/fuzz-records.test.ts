import { expect, it } from 'vitest';
import { fuzzRecords } from './fuzz-records.ts';

it('1,000 wrong records are refused by name or read, and never allocated for', () => {
  const { crashes, accepted, sound, refused, worst } = fuzzRecords(1000, { seed: 3 });
  expect(crashes).toEqual([]);
  // All three happen often: what is always refused shows nothing.
  expect(refused).toBeGreaterThan(200);
  expect(sound).toBeGreaterThan(200);
  expect(accepted).toBeGreaterThan(sound);
  expect(worst).toBeLessThan(64_000_000);
}, 60_000);
