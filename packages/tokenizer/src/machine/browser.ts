import { bertNormalizer, bertPreTokenizer } from '../word-piece/bert-rules.ts';
import { openWordPiece } from '../word-piece/open-word-piece.ts';
import type * as Node from './node.ts';

/** WordPiece by BERT's rules in JavaScript: what the native code does, with the same names. */
export const binding: typeof Node.binding = () => ({
  Tokenizer: { fromString: openWordPiece },
  bertNormalizer,
  bertPreTokenizer,
});

export const jieba: typeof Node.jieba = () => {
  throw new Error(
    "jieba's words (wordBoundaries, RoFormer's tokenizer, masking of whole words and PMI's collocations) need Node: its dictionary is not loaded into a page; mask tokens instead.",
  );
};
