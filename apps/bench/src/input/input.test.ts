import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { candidateIds, type MaskedBatch } from '@cloze/masking';
import { nativeTokenizer, tokenizerJson, trainVocabulary } from '@cloze/tokenizer';
import { afterAll, describe, expect, it } from 'vitest';
import { maskedBatches } from './masked-batches.ts';
import { streamLines } from './stream-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-input-'));
afterAll(() => rmSync(folder, { recursive: true }));
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};

describe('streamLines', () => {
  it('cuts at line feeds only, across pieces of the file, packed or not', async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `第${i}行 😀 a\u2028b\u000bc`.repeat(1 + (i % 7)));
    const text = `${lines.join('\n')}\n\n`;
    writeFileSync(join(folder, 'a.txt'), text);
    writeFileSync(join(folder, 'a.txt.gz'), gzipSync(text));
    expect(await all(streamLines(join(folder, 'a.txt')))).toEqual(lines);
    expect(await all(streamLines(join(folder, 'a.txt.gz')))).toEqual(lines);
    writeFileSync(join(folder, 'open-end.txt'), 'one\ntwo');
    expect(await all(streamLines(join(folder, 'open-end.txt')))).toEqual(['one', 'two']);
  });

  it('names a file that is not there, and one that is no gzip', async () => {
    await expect(all(streamLines(join(folder, 'none.txt.gz')))).rejects.toThrow(/none\.txt\.gz/);
    writeFileSync(join(folder, 'bad.txt.gz'), 'plain');
    await expect(all(streamLines(join(folder, 'bad.txt.gz')))).rejects.toThrow(/header/);
  });
});

describe('maskedBatches', () => {
  const poems = Array.from({ length: 300 }, (_, i) =>
    '床前明月光疑是地上霜举头望明月低头思故乡'.slice(i % 5, (i % 5) + 4 + (i % 10)),
  );
  const vocabulary = trainVocabulary(poems, { size: 100, minimum: 1 });
  const options = {
    tokenizer: nativeTokenizer(tokenizerJson(vocabulary)),
    special: vocabulary.special,
    candidates: candidateIds(vocabulary.tokens),
    ...{ seed: 3, epoch: 0, buckets: [8, 16], tokens: 64 },
  };
  /** Each row with its masked tokens put back. */
  const rows = (batches: readonly MaskedBatch[]) =>
    batches.flatMap(({ shape: [count, length], slots, ids, targetPositions, targets, weights }) =>
      Array.from({ length: count }, (_, row) => {
        const own = ids.slice(row * length, (row + 1) * length);
        for (let slot = row * slots; slot < (row + 1) * slots; slot++)
          if (weights[slot]) own[targetPositions[slot] as number] = targets[slot] as number;
        return own.filter((id) => id !== vocabulary.special.pad).join();
      }),
    );

  it('has two shapes, masks something in every row, and brings almost every text once', async () => {
    const batches = await all(maskedBatches(poems, options));
    expect(new Set(batches.map(({ shape, slots }) => `${shape}/${slots}`)).size).toBe(2);
    for (const { shape, slots, weights } of batches)
      for (let row = 0; row < shape[0]; row++)
        expect(weights.subarray(row * slots, (row + 1) * slots).includes(1)).toBe(true);
    // What fills no batch at the end stays away: fewer than one batch a bucket.
    expect(rows(batches).length).toBeGreaterThan(300 - 8 - 4);
    const encoded = await options.tokenizer.encodeBatch(poems);
    const given = new Set(encoded.map(({ ids }) => ids.join()));
    for (const row of rows(batches)) expect(given.has(row)).toBe(true);
  });

  it('the same seed and epoch give the same bits; another epoch other order and masks; masks do not depend on the order', async () => {
    const [one, again, other, unshuffled] = await Promise.all([
      all(maskedBatches(poems, options)),
      all(maskedBatches(poems, options)),
      all(maskedBatches(poems, { ...options, epoch: 1 })),
      all(maskedBatches(poems, { ...options, shuffle: 1 })),
    ]);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(rows(unshuffled)).not.toEqual(rows(one));
    expect(rows(unshuffled).length).toBe(rows(one).length);
  });
});
