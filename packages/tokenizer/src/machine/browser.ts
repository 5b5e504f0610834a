import { bertNormalizer, bertPreTokenizer } from '../pure/bert-rules.ts';
import { openPure } from '../pure/open-pure.ts';
import type * as Node from './node.ts';

/** Tokenizers in JavaScript: what the native code does, with the same names. */
export const binding: typeof Node.binding = () => ({
  Tokenizer: { fromString: openPure },
  bertNormalizer,
  bertPreTokenizer,
});

export const jieba: typeof Node.jieba = () => {
  throw new Error(
    "jieba's words (wordBoundaries, RoFormer's tokenizer, masking of whole words and PMI's collocations) need Node: its dictionary is not loaded into a page; mask tokens instead.",
  );
};
