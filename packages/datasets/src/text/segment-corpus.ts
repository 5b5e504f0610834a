import { eachText } from '@cloze/checks';
import { wordBoundaries } from '@cloze/tokenizer';

/** Special tokens of BERT's and RoBERTa's tokenizers as a text may spell them: they are no words, and a sentence ends at one. */
const spelt = /\[(?:PAD|UNK|CLS|SEP|MASK)\]|<\/?s>|<(?:pad|unk|mask)>/;

/**
 * Texts as sentences of jieba's words, which end at punctuation, white space and special tokens that a text spells (`[SEP]`, `<mask>`). Words
 * are kept once, sentences as their numbers: the corpus can be read again and again for the size of an integer a word.
 *
 * @throws {TypeError} for a string in place of texts, or an item that is no string
 */
export function segmentCorpus(texts: Iterable<string>): {
  readonly sentences: () => Iterable<readonly string[]>;
  readonly words: number;
} {
  const idOf = new Map<string, number>();
  const text: string[] = [];
  let ids = new Int32Array(1 << 20);
  let size = 0;
  const push = (id: number) => {
    if (size === ids.length) {
      const longer = new Int32Array(size * 2);
      longer.set(ids);
      ids = longer;
    }
    ids[size++] = id;
  };
  let words = 0;
  for (const line of eachText('segmentCorpus', texts)) {
    for (const clause of line.split(spelt).flatMap((part) => part.split(/[\p{P}\p{S}\p{C}\p{Z}]+/u))) {
      if (!clause) continue;
      for (const [start, end] of wordBoundaries(clause)) {
        const word = clause.slice(start, end);
        let id = idOf.get(word);
        if (id === undefined) {
          id = text.length;
          idOf.set(word, id);
          text.push(word);
        }
        push(id);
        words++;
      }
      push(-1);
    }
  }
  idOf.clear();
  return {
    words,
    sentences: function* () {
      let start = 0;
      for (let end = 0; end < size; end++) {
        if (ids[end] !== -1) continue;
        yield Array.from(ids.subarray(start, end), (id) => text[id] as string);
        start = end + 1;
      }
    },
  };
}
