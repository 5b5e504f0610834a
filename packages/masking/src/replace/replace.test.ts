import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { batchOf, firstId, hardBatch, hardLength, maskId, vocabularySize } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import {
  candidateIds,
  candidatesByFrequency,
  type MaskPolicy,
  macBert,
  maskBatch,
  parseWordVectors,
  replaceDecoderInput,
  similarByEmbedding,
  similarByWordVectors,
  words,
} from '../index.ts';

const candidates = { from: firstId, to: vocabularySize };
const before = hardBatch();

describe('replacement per unit', () => {
  const policy: MaskPolicy = { units: words, rate: 0.6, replacement: { mask: 0.5, random: 0, keep: 0.5 } };
  const mixedWords = (per: 'token' | 'unit') => {
    let mixed = 0;
    for (let seed = 0; seed < 50; seed++) {
      const after = maskBatch(before, {
        ...policy,
        replacePer: per,
        maskId,
        candidates,
        randomOf: (row) => stream(seed * 9 + row),
      });
      const states = new Map<string, Set<boolean>>();
      for (const [slot, weight] of after.weights.entries()) {
        if (!weight) continue;
        const row = Math.floor(slot / after.slots);
        const place = row * hardLength + (after.targetPositions[slot] as number);
        const key = `${row}:${before.wordNumbers[place]}`;
        states.set(key, (states.get(key) ?? new Set()).add(after.ids[place] === maskId));
      }
      for (const state of states.values()) if (state.size > 1) mixed++;
    }
    return mixed;
  };
  it('gives all tokens of a word one fate; per token gives mixed words', () => {
    expect(mixedWords('unit')).toBe(0);
    expect(mixedWords('token')).toBeGreaterThan(100);
  });
});

it('two blanks in a row of vectors are no 0', () => {
  expect(() => parseWordVectors(['今  1 2', '天  2 1'])).toThrow("line 1 ('今') must hold 3 finite numbers");
});

describe('candidates', () => {
  it('leave special and unused tokens out, keep single brackets and ## pieces unless told', () => {
    const tokens = ['[PAD]', '[unused1]', '[UNK]', '[', ']', '用', '##用', '<s>', '<', 'a'];
    expect([...candidateIds(tokens)]).toEqual([3, 4, 5, 6, 8, 9]);
    expect([...candidateIds(tokens, { exclude: [9], accept: (token) => !token.startsWith('##') })]).toEqual([
      3, 4, 5, 8,
    ]);
    expect(() => candidateIds(['[PAD]'])).toThrow('none of the 1 tokens is left');
  });
  const data = process.env.CLOZE_DATA;
  it.skipIf(!data)("Chinese BERT's vocabulary of 21,128 loses its 5 special and 99 unused ids and <S>, <T>", () => {
    const tokens = readFileSync(`${data}/vocab/bert-base-chinese.txt`, 'utf8').trimEnd().split('\n');
    expect([tokens.length, candidateIds(tokens).length]).toEqual([21_128, 21_022]);
  });
  it('by frequency: shares follow the counts, zero counts never, χ² over 40,000 draws below 27.9 (p = 10⁻⁴, 6 degrees of freedom)', () => {
    const counts = [5, 0, 1, 10, 2, 7, 3, 12, 100];
    const ids = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    const { draw } = candidatesByFrequency({ counts, ids });
    const random = stream(4);
    const seen = new Float64Array(9);
    for (let i = 0; i < 40_000; i++) {
      const id = draw(random);
      seen[id] = (seen[id] as number) + 1;
    }
    expect([seen[1], seen[8]]).toEqual([0, 0]);
    let chi = 0;
    for (const id of ids)
      if (counts[id])
        chi += ((seen[id] as number) - 1000 * (counts[id] as number)) ** 2 / (1000 * (counts[id] as number));
    expect(chi).toBeLessThan(27.9);
    expect(() => candidatesByFrequency({ counts: [0, 0], ids: Int32Array.of(0, 1) })).toThrow('not all 0');
  });
});

describe('similar words', () => {
  const vectors = parseWordVectors(['4 2', '语言 1 0', '文字 0.9 0.1', '句子 -1 0', '话 1 0']);
  const ids = new Map([...'语言文字句子话'].map((character, i) => [character, 10 + i]));
  const tokenize = (word: string) => [...word].map((character) => ids.get(character) as number);
  const similar = similarByWordVectors(vectors, { tokenize });

  it('from word vectors: the nearest of the same length above the least cosine', () => {
    expect(similar(Int32Array.from(tokenize('语言'))).map((word) => [...word])).toEqual([tokenize('文字')]);
    expect(similar(Int32Array.from(tokenize('句子')))).toEqual([]);
    expect(similar(Int32Array.of(1, 2, 3))).toEqual([]);
    expect(() => parseWordVectors(['a 1 2', 'b 1'])).toThrow("line 2 ('b') must hold 2 finite numbers");
  });
  it('are other words: not those that the tokenizer cannot tell apart, nor those that it does not know', () => {
    const lines = [
      'apple 1 0',
      'Apple 1 0.01',
      'APPLE 1 0.02',
      'pear 1 0.5',
      'Pear 1 0.51',
      'quince 1 0.1',
      'medlar 1 0.2',
    ];
    const known: Record<string, number> = { apple: 5, pear: 6, grape: 7 };
    const lower = (word: string) => [known[word.toLowerCase()] ?? 1];
    for (const unknownId of [1, undefined]) {
      const near = similarByWordVectors(parseWordVectors(lines), { tokenize: lower, unknownId });
      expect(near(Int32Array.of(5)).map((word) => [...word])).toEqual([[6]]);
      expect(near(Int32Array.of(6)).map((word) => [...word])).toEqual([[5]]);
      expect(near(Int32Array.of(1))).toEqual([]);
    }
    // One unknown word alone is known to be one only where its id is given.
    const some = parseWordVectors(['apple 1 0', 'quince 1 0.1', 'grape 1 0.2']);
    const alone = similarByWordVectors(some, { tokenize: lower, unknownId: 1 });
    expect(alone(Int32Array.of(5)).map((word) => [...word])).toEqual([[7]]);
  });
  it('from a file that holds what its first line says', () => {
    expect(() => parseWordVectors(['5 2', 'a 1 2'])).toThrow('line 1 promises 5 words, there are 1');
    expect(() => parseWordVectors(['1 2', 'a 1 2', 'b 1 2'])).toThrow('line 1 promises 1 words, there are 2');
    expect(() => parseWordVectors(['1 3', 'a 1 2'])).toThrow("line 2 ('a') must hold 3 finite numbers");
    expect(() => parseWordVectors(['a', 'b 1'])).toThrow("line 1 ('a') must hold");
    expect(() => parseWordVectors([''])).toThrow('there is no vector in it');
    expect(() => parseWordVectors('a 1 2' as unknown as string[])).toThrow(TypeError);
    expect(parseWordVectors(['a 1', 'b 2']).words).toEqual(['a', 'b']);
    expect(parseWordVectors(['2 1\r', 'a 1\r', 'b 2\r', '']).width).toBe(1);
  });
  it("from a table: equal to sorting all cosines, the word's own tokens left out", () => {
    const random = stream(8);
    const [rows, width] = [30, 5];
    const table = Float32Array.from({ length: rows * width }, () => random.next() - 0.5);
    const all = Int32Array.from({ length: rows - 5 }, (_, i) => i + 5);
    const find = similarByEmbedding({ table, width, ids: all, count: 4 });
    const cosine = (a: number, b: number) => {
      let [ab, bb] = [0, 0];
      for (let i = 0; i < width; i++) {
        ab += (table[a * width + i] as number) * (table[b * width + i] as number);
        bb += (table[b * width + i] as number) ** 2;
      }
      return ab / Math.sqrt(bb);
    };
    const nearest = (id: number) =>
      [...all]
        .filter((other) => other !== id)
        .sort((a, b) => cosine(id, b) - cosine(id, a))
        .slice(0, 4);
    const word = [7, 20];
    const wanted = word.map(nearest);
    expect(find(Int32Array.from(word)).map((found) => [...found])).toEqual(
      [0, 1, 2, 3].map((k) => wanted.map((list) => list[k])),
    );
  });
  it('MacBERT: 80 % similar, else random of the same length where none is known; never [MASK]', () => {
    const batch = batchOf([{ words: new Array(30).fill(2) }], hardLength);
    const marker = 1000;
    let [similarWords, changed, tokens] = [0, 0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const after = maskBatch(batch, {
        ...macBert,
        maskId,
        candidates,
        // Every third first id is known, the others not.
        similar: (word) => ((word[0] as number) % 3 === 0 ? [word.map(() => marker)] : []),
        randomOf: () => stream(seed),
      });
      expect(after.ids.includes(maskId)).toBe(false);
      for (const [slot, weight] of after.weights.entries()) {
        if (!weight) continue;
        const column = after.targetPositions[slot] as number;
        const start = column % 2 === 1 ? column : column - 1;
        const known = (batch.ids[start] as number) % 3 === 0;
        tokens++;
        if (after.ids[column] === marker) {
          expect(known).toBe(true);
          expect(after.ids[start]).toBe(after.ids[start + 1]);
        }
        if (known) similarWords += after.ids[column] === marker ? 1 : 0;
        changed += after.ids[column] !== batch.ids[column] ? 1 : 0;
      }
    }
    expect(similarWords).toBeGreaterThan(500);
    // 10 % kept, and 1 in (vocabulary) of the random draws is the token itself; tokens of up to 8 share a fate.
    expect(Math.abs(changed / tokens - 0.9)).toBeLessThan(
      4.5 * Math.sqrt((0.09 * 8) / tokens) + 1 / (vocabularySize - firstId),
    );
  });
  it('a share of similar words without the option is an error', () => {
    expect(() => maskBatch(before, { ...macBert, maskId, candidates, randomOf: () => stream(1) })).toThrow(
      'replacement.similar needs the option similar',
    );
  });
});

describe('replaceDecoderInput', () => {
  const batch = batchOf([{ words: [1, 1, 1], pair: [1, 1, 1, 1, 1, 1, 1, 1] }], 20);
  it('touches segment 1 only, with tokens of the same target; half the rows, 30 % of their tokens', () => {
    const own = new Set([...batch.ids].filter((_, place) => batch.maskable[place] && batch.segments[place] === 1));
    let [touched, changed] = [0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      const ids = replaceDecoderInput(batch, { randomOf: () => stream(seed) });
      let any = 0;
      for (const [place, id] of ids.entries()) {
        if (id === batch.ids[place]) continue;
        expect(batch.maskable[place] && batch.segments[place] === 1 && own.has(id)).toBe(true);
        any++;
      }
      touched += any > 0 ? 1 : 0;
      changed += any;
    }
    // A token changes when its row is touched, it is drawn, and the draw is another token: 0.5 · 0.3 · (1 − 1/own).
    const share = 0.15 * (1 - 1 / own.size);
    // Tokens of a row share one coin: bound by rows.
    expect(Math.abs(changed / (4000 * 8) - share)).toBeLessThan(4.5 * Math.sqrt((share * (1 - share)) / 4000));
    const none = (1 - 0.3 * (1 - 1 / own.size)) ** 8;
    expect(Math.abs(touched / 4000 - 0.5 * (1 - none))).toBeLessThan(4.5 * Math.sqrt(0.25 / 4000));
  });
  it('draws among the different tokens of the target: of a a a b, b half the time, n = 4,000', () => {
    const row = batchOf([{ words: [1], pair: [1, 1, 1, 1] }], 10);
    row.ids.set([7, 7, 7, 8], 3);
    let drawn = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const ids = replaceDecoderInput(row, { probability: 1, rate: 1, randomOf: () => stream(seed) });
      drawn += ids.subarray(3, 7).filter((id) => id === 8).length;
    }
    expect(Math.abs(drawn / 4000 - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / 4000));
  });
});
