import { dropTokens } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { padColumns } from './pad-columns.ts';

describe('padColumns', () => {
  it('keeps what stands where, and marks the new columns as pads', () => {
    const row = [2, 10, 11, 12, 3, 0];
    const batch = {
      shape: [1, 6] as const,
      ids: Int32Array.from(row),
      segments: Int32Array.of(0, 0, 0, 1, 1, 0),
      attend: Uint8Array.of(1, 1, 1, 1, 1, 0),
      maskable: Uint8Array.of(0, 1, 1, 1, 0, 0),
      wordNumbers: Int32Array.of(-1, 0, 1, 2, -1, -1),
    };
    const kept = dropTokens(batch, { rate: 0.5, padId: 0, randomOf: () => streamFrom(1) });
    const padded = padColumns(kept, 6, 0);
    expect([...padded.attend]).toEqual([1, 1, 1, 1, 0, 0]);
    for (let column = 0; column < 4; column++) {
      expect(padded.ids[column]).toBe(row[padded.positionIds[column] as number]);
      expect(padded.segments[column]).toBe(batch.segments[padded.positionIds[column] as number]);
    }
    expect(() => padColumns(kept, 3, 0)).toThrow('rows of 4 tokens do not fit 3');
  });
});
