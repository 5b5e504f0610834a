import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bert, everyToken, wholeWord } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { nativeTokenizer, tokenizerJson, trainVocabulary } from '@cloze/tokenizer';
import { afterAll, describe, expect, it } from 'vitest';
import type { CorpusBatch, CorpusState } from '../index.ts';
import { masked, textCorpus } from '../index.ts';
import { type BatchesOptions, type Corpus, type CorpusOptions, heldOutTexts, openCorpus } from '../node.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));
const line = '床前明月光疑是地上霜。举头望明月低头思故乡！';
const texts = Array.from({ length: 3000 }, (_, i) => `${line.slice(i % 5, (i % 5) + 4 + (i % 17))}${i % 10}`);
const file = join(folder, 'poems.txt');
writeFileSync(file, `${texts.join('\n')}\n`);
const vocabulary = trainVocabulary([...texts.slice(0, 200), '0 1 2 3 4 5 6 7 8 9'], { size: 100, minimum: 1 });
const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));
const settings: CorpusOptions = {
  tokenizer,
  padId: vocabulary.special.pad,
  length: 16,
  shardTokens: 3000,
  folder: join(folder, 'shards'),
};
const first = async (corpus: Corpus, count: number, options: Partial<BatchesOptions> = {}) => {
  const out: (readonly [number, CorpusBatch, CorpusState])[] = [];
  for await (const item of corpus.batches({ size: 8, seed: 5, window: 2, ...options })) {
    out.push(item);
    if (out.length === count) break;
  }
  return out;
};

describe('textCorpus', () => {
  it('gives the batches that openCorpus gives of a file with the same documents, over epochs, from a state, with some left out', async () => {
    const given = ['', ...texts.slice(0, 400), ' '];
    const written = join(folder, 'in-memory.txt');
    writeFileSync(written, given.join('\n'));
    for (const more of [{}, { leaveOutEvery: 7, words: 'jieba' as const }]) {
      const onDisk = await openCorpus(written, {
        ...settings,
        ...more,
        folder: join(folder, `on-disk-${more.leaveOutEvery ?? 'all'}`),
      });
      const { folder: _, ...rows } = settings;
      const inMemory = await textCorpus(given, { ...rows, ...more });
      const [theirs, ours] = [await first(onDisk, 130), await first(inMemory, 130)];
      expect(ours).toEqual(theirs);
      expect(ours.at(-1)?.[2].epoch).toBeGreaterThan(0);
      const state = ours[40]?.[2] as CorpusState;
      expect(await first(inMemory, 5, { from: state })).toEqual(ours.slice(41, 46));
      expect(await inMemory.complete()).toEqual(await onDisk.complete());
      expect(inMemory.identity).toMatch(/^[0-9a-f]{64}$/);
      await Promise.all([onDisk.close(), inMemory.close()]);
    }
    const { folder: _, ...rows } = settings;
    const [one, other] = await Promise.all([textCorpus(['a'], rows), textCorpus(['b'], rows)]);
    expect(one.identity).not.toBe(other.identity);
  });
});

describe('openCorpus', () => {
  it('keeps special tokens that a document spells apart, at its ends too, unless the tokenizer is told otherwise', async () => {
    const spelling = join(folder, 'spelling.txt');
    writeFileSync(spelling, `[SEP]床前明月光[MASK]疑是[PAD]\n`);
    for (const specialInText of ['apart', 'ordinary'] as const) {
      const opened = nativeTokenizer(tokenizerJson(vocabulary), { specialInText });
      const shards = join(folder, specialInText);
      const corpus = await openCorpus(spelling, { ...settings, tokenizer: opened, folder: shards, words: 'jieba' });
      const [[, batch]] = (await first(corpus, 1, { size: 1 })) as [[number, CorpusBatch, CorpusState]];
      const { separate, mask, pad } = vocabulary.special;
      const own = Array.from(batch.ids.subarray(1, 11));
      expect([own[0], own[6], own[9]]).toEqual([separate, mask, pad]);
      const marks = specialInText === 'apart' ? [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0] : [];
      expect([...(batch.written ?? [])].slice(0, 12)).toEqual(marks);
      expect(batch.maskable.reduce((sum, one) => sum + one, 0)).toBe(specialInText === 'apart' ? 7 : 10);
      await corpus.close();
    }
  });

  it('refuses a tokenizer that cuts texts: the rest of each would be lost without a word', async () => {
    const cutting = nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 8 });
    for (const words of ['jieba', undefined] as const) {
      const shards = join(folder, `cut-${words}`);
      const corpus = await openCorpus(file, {
        ...settings,
        tokenizer: cutting,
        folder: shards,
        ...(words && { words }),
      });
      await expect(corpus.complete()).rejects.toThrow('the tokenizer has a maximumLength and leaves tokens out');
      await corpus.close();
    }
  });

  it('gives the first batch before all is tokenised, and the same batches when it is', async () => {
    const corpus = await openCorpus(file, settings);
    const early = await first(corpus, 3);
    expect(corpus.size().shards).toBeLessThan(10);
    const { documents, shards, rows, tokens } = await corpus.complete();
    expect(documents).toBe(3000);
    expect(shards).toBeGreaterThan(8);
    await corpus.close();
    const again = await openCorpus(file, settings);
    expect(await first(again, 3)).toEqual(early);
    expect(again.size()).toEqual({ documents, shards, rows, tokens });
    // At most 3 bytes a token of a batch's row: ids and lengths, special tokens not stored.
    const bytes = readdirSync(settings.folder).reduce(
      (sum, name) => sum + statSync(join(settings.folder, name)).size,
      0,
    );
    expect(bytes / (tokens + 2 * rows)).toBeLessThan(3);
    await again.close();
  });

  it('makes a window ahead of what is read and no more, so that training is not slowed by what it does not need yet', async () => {
    const corpus = await openCorpus(file, { ...settings, folder: join(folder, 'paced') });
    await first(corpus, 1, { window: 1 });
    // One group of documents at a time: a shard may be over before the maker looks.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(corpus.size().shards).toBeLessThanOrEqual(4);
    expect((await corpus.complete()).documents).toBe(3000);
    await corpus.close();
  });

  it('an epoch brings every row once, as it was tokenised; rows over the length are cut at sentence ends', async () => {
    const corpus = await openCorpus(file, settings);
    const { rows } = await corpus.complete();
    const seen = new Map<number, string>();
    for await (const [, { shape, ids, attend, examples, epochs, maskable }] of corpus.batches({ size: 8, seed: 5 })) {
      for (let row = 0; row < shape[0]; row++) {
        if (epochs[row] !== 0) continue;
        const own = [...ids.subarray(row * shape[1], (row + 1) * shape[1])].filter(
          (_, i) => attend[row * shape[1] + i],
        );
        expect([own[0], own.at(-1)]).toEqual([vocabulary.special.classify, vocabulary.special.separate]);
        expect(maskable.subarray(row * shape[1], (row + 1) * shape[1]).reduce((a, b) => a + b)).toBe(own.length - 2);
        expect(seen.has(examples[row] as number)).toBe(false);
        seen.set(
          examples[row] as number,
          own
            .slice(1, -1)
            .map((id) => vocabulary.tokens[id])
            .join(''),
        );
      }
      if (seen.size === rows || epochs.some((epoch) => epoch > 3)) break;
    }
    expect(seen.size).toBe(rows);
    const joined = [...seen]
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text)
      .join('');
    expect(joined).toBe(texts.join(''));
    const cut = [...seen]
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text)
      .find((text, i) => i > 0 && text.endsWith('。') && text.length < 14);
    expect(cut).toBeDefined();
    await corpus.close();
  });

  it('goes on behind any state or step with the same batches bit for bit, over epochs and windows', async () => {
    const corpus = await openCorpus(file, settings);
    await corpus.complete();
    const all = await first(corpus, 1100);
    expect(all.at(-1)?.[2].epoch).toBeGreaterThanOrEqual(2);
    for (const step of [1, 2, 57, 200, 399, 400, 401, 733, 1050]) {
      const state = JSON.parse(JSON.stringify(all[step - 1]?.[2])) as CorpusState;
      expect(state.step).toBe(step);
      expect(await first(corpus, 20, { from: state })).toEqual(all.slice(step, step + 20));
      expect(await first(corpus, 20, { from: step })).toEqual(all.slice(step, step + 20));
    }
    expect(await first(corpus, 5, { seed: 6 })).not.toEqual(all.slice(0, 5));
    await corpus.close();
  });

  it('an interrupted making goes on behind its last shard, to the same shards', async () => {
    const whole = (directory: string) =>
      readdirSync(directory)
        .sort()
        .map((name) => [name, readFileSync(join(directory, name)).toString('base64')]);
    const other = { ...settings, folder: join(folder, 'interrupted') };
    for (let open = 0; open < 3; open++) {
      const corpus = await openCorpus(file, other);
      await first(corpus, 1 + open * 40);
      await corpus.close();
    }
    const last = await openCorpus(file, other);
    await last.complete();
    await last.close();
    expect(whole(other.folder)).toEqual(whole(settings.folder));
  });

  it('refuses another corpus in the folder, or makes it anew', async () => {
    await expect(openCorpus(file, { ...settings, length: 20 })).rejects.toThrow(
      /shards: holds a corpus of other files, another tokenizer or other settings; give another folder, or remove it/,
    );
    const anew = await openCorpus(file, {
      ...settings,
      length: 20,
      otherwise: 'anew',
      folder: join(folder, 'interrupted'),
    });
    expect((await anew.complete()).documents).toBe(3000);
    await anew.close();
    await expect(openCorpus(join(folder, 'none.txt'), settings)).rejects.toThrow(/none\.txt: no such file/);
  });

  it('tells what tokenising met, to whoever waits', async () => {
    const bad = join(folder, 'bad.txt');
    writeFileSync(bad, Uint8Array.of(97, 10, 0xe9, 10));
    const corpus = await openCorpus(bad, { ...settings, folder: join(folder, 'bad') });
    await expect(first(corpus, 1)).rejects.toThrow(/bad\.txt: line 1 or one soon after is no UTF-8/);
    await expect(corpus.complete()).rejects.toThrow(/no UTF-8/);
    await corpus.close();
    writeFileSync(bad, '\n \n');
    const empty = await openCorpus(bad, { ...settings, folder: join(folder, 'empty') });
    await expect(first(empty, 1)).rejects.toThrow('the corpus has no rows');
    await empty.close();
  });

  it('keeps word numbers as bits where asked, and a vocabulary over 65,536 in 2½ bytes an id', async () => {
    const corpus = await openCorpus(file, { ...settings, words: 'jieba', folder: join(folder, 'words') });
    const [[, batch]] = (await first(corpus, 1)) as [readonly [number, CorpusBatch, CorpusState]];
    for (let row = 0; row < 8; row++) {
      const numbers = [...batch.wordNumbers.subarray(row * batch.shape[1], (row + 1) * batch.shape[1])];
      expect(numbers[0]).toBe(-1);
      expect(numbers[1]).toBe(0);
    }
    const sizes = new Map<number, number>();
    for (let index = 0; index < batch.ids.length; index++)
      if (batch.maskable[index]) {
        const key = Math.floor(index / batch.shape[1]) * 1000 + (batch.wordNumbers[index] as number);
        sizes.set(key, (sizes.get(key) ?? 0) + 1);
      }
    expect([...sizes.values()].some((size) => size > 1)).toBe(true);
    await corpus.close();
    const large = { ...tokenizer, size: 100_000 };
    const wide = await openCorpus(file, { ...settings, tokenizer: large, folder: join(folder, 'wide') });
    expect((await first(wide, 4)).map(([, { ids }]) => ids)).toEqual(
      (await first(corpusOf(), 4)).map(([, { ids }]) => ids),
    );
    await wide.close();
  });
  const corpusOf = (): Corpus => ({
    identity: '',
    words: 'none',
    size: () => ({ shards: 0, rows: 0, tokens: 0, documents: 0 }),
    batches: async function* (options) {
      const again = await openCorpus(file, settings);
      yield* again.batches(options);
      await again.close();
    },
    complete: async () => ({ shards: 0, rows: 0, tokens: 0, documents: 0 }),
    close: async () => {},
  });

  it('leaves every n-th document out, which heldOutTexts gives', async () => {
    const corpus = await openCorpus(file, { ...settings, leaveOutEvery: 10, folder: join(folder, 'left-out') });
    const { tokens } = await corpus.complete();
    const held: string[] = [];
    for await (const text of heldOutTexts(file, { every: 10 })) held.push(text);
    expect(held).toHaveLength(300);
    expect(tokens).toBe([...texts.join('')].length - [...held.join('')].length);
    await corpus.close();
  });
});

describe('masked', () => {
  const { mask: maskId } = vocabulary.special;
  const setting = { maskId, candidates: { from: 5, to: vocabulary.tokens.length }, random: streamFrom(3) };
  it('a row’s mask depends on (seed, epoch, example) alone, any policy, slots the same for a length', async () => {
    const corpus = await openCorpus(file, settings);
    await corpus.complete();
    for (const policy of [bert, wholeWord, everyToken]) {
      const rows = async (size: number) => {
        const masks = new Map<string, string>();
        const slots = new Map<number, number>();
        let step = 0;
        for await (const [number, after] of masked(tapped(corpus.batches({ size, seed: 5 })), policy, setting)) {
          expect(number).toBe(++step);
          const [, before] = last as readonly [number, CorpusBatch, CorpusState];
          expect(slots.get(after.shape[1]) ?? after.slots).toBe(after.slots);
          slots.set(after.shape[1], after.slots);
          for (let row = 0; row < after.shape[0]; row++)
            masks.set(
              `${before.epochs[row]} ${before.examples[row]}`,
              after.ids.subarray(row * after.shape[1], (row + 1) * after.shape[1]).join(),
            );
          if (step * size > 700) return masks;
        }
        return masks;
      };
      let last: readonly [number, CorpusBatch, CorpusState] | undefined;
      const tapped = async function* (items: AsyncIterable<readonly [number, CorpusBatch, CorpusState]>) {
        for await (const item of items) {
          last = item;
          yield item;
        }
      };
      const [small, large] = [await rows(8), await rows(32)];
      const shared = [...small.keys()].filter((key) => large.has(key));
      expect(shared.length).toBeGreaterThan(100);
      for (const key of shared) expect(large.get(key)).toBe(small.get(key));
    }
    await corpus.close();
  });
});
