import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { accepts, makers, tryReaders } from './try-readers.ts';

const oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/safetensors-verdicts.json', import.meta.url), 'utf8'),
) as { files: number; sha256: string; accepted: string };

describe('the checkpoint readers on wrong files', () => {
  it.each([
    ['safetensors', 20_000],
    ['zip', 2_000],
  ] as const)('%s: %i files without a crash, and at most 1 MB beyond the size of each', (kind, files) => {
    const result = tryReaders(kind, files, { seed: 3 });
    expect(result.crashes).toEqual([]);
    expect(result.worst_allocation).toBeLessThan(1_000_000);
    // Both happen often: files that are all refused, or all accepted, would show nothing.
    expect(result.accepted).toBeGreaterThan(files / 10);
    expect(result.refused).toBeGreaterThan(files / 3);
  });

  it("safetensors: the verdicts of Python's library, but for white space before the header (tooling/oracles/encoder_safetensors_verdicts.py)", () => {
    const stream = streamFrom(1).fork('fuzz safetensors');
    const verdicts = Buffer.from(oracle.accepted, 'base64');
    const hash = createHash('sha256');
    const different: string[] = [];
    for (let i = 0; i < oracle.files; i++) {
      const file = makers.safetensors(stream.fork(i));
      hash.update(file);
      const theirs = (((verdicts[i >> 3] as number) >> (i & 7)) & 1) === 1;
      if (accepts('safetensors', file) === theirs) continue;
      // The format's text: the header must begin with {.
      if (theirs && file[8] !== 0x7b) continue;
      different.push(`file ${i}: Python ${theirs ? 'accepts' : 'refuses'} it`);
    }
    expect(hash.digest('hex'), 'the fuzzer makes other files now: run the oracle again').toBe(oracle.sha256);
    expect(different).toEqual([]);
  });
});
