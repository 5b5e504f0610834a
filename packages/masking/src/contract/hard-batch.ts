import type { MaskableBatch } from '../batch.ts';

export const padId = 0;
export const maskId = 4;
export const firstId = 5;
/** One token is an astral character (𠮷, two UTF-16 units, one token): it must count once like any other. */
export const text = [...'用语言模型来预测下一个词的概率𠮷野家很好吃playing'];
export const vocabularySize = firstId + new Set(text).size;

/** One row: texts of words (each a number of tokens) in one or two segments. */
export interface RowShape {
  readonly words: readonly number[];
  readonly pair?: readonly number[];
}

/** Rows with [CLS] 2, [SEP] 3 and pads 0; ids repeat `text`, so that astral characters are always there. */
export function batchOf(rows: readonly RowShape[], length: number): MaskableBatch {
  const size = rows.length * length;
  const batch = {
    shape: [rows.length, length] as const,
    ids: new Int32Array(size).fill(padId),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    maskable: new Uint8Array(size),
    wordNumbers: new Int32Array(size).fill(-1),
  };
  const idOf = new Map([...new Set(text)].map((character, i) => [character, firstId + i]));
  for (const [row, { words, pair }] of rows.entries()) {
    let place = row * length;
    const put = (id: number, segment: number, word: number) => {
      if (place >= (row + 1) * length) throw new Error('row too long');
      batch.ids[place] = id;
      batch.segments[place] = segment;
      batch.attend[place] = 1;
      batch.maskable[place] = word < 0 ? 0 : 1;
      batch.wordNumbers[place++] = word;
    };
    put(2, 0, -1);
    let word = 0;
    let read = row * 5;
    for (const [segment, part] of [words, ...(pair ? [pair] : [])].entries()) {
      for (const size of part) {
        for (let k = 0; k < size; k++) put(idOf.get(text[read++ % text.length] as string) as number, segment, word);
        word++;
      }
      put(3, segment, -1);
    }
  }
  return batch;
}

/** The batch every policy meets: long row, empty row, one token, one long word, a pair, many words; pads in all but the first. */
export const hardRows: readonly RowShape[] = [
  {
    words: [
      1, 2, 1, 1, 3, 2, 1, 1, 4, 1, 2, 1, 1, 1, 2, 2, 1, 3, 1, 1, 2, 1, 1, 2, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2,
      1, 1,
    ],
  },
  { words: [] },
  { words: [1] },
  { words: [9] },
  { words: [1, 2, 1, 1, 2], pair: [2, 1, 1, 3, 1, 2, 1, 1] },
  { words: Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 2 : 1)) },
];
export const hardLength = 62;
export const hardBatch = (): MaskableBatch => batchOf(hardRows, hardLength);
