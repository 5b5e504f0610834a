import { WordPiece } from './hugging-face.ts';
import type { Piece } from './read-tokenizer.ts';

/** WordPiece as `tokenizer.json` has it. */
export interface WordPieceModel {
  readonly vocab: Readonly<Record<string, number>>;
  readonly unk_token: string;
  readonly continuing_subword_prefix: string;
  readonly max_input_chars_per_word: number;
}

/** The longest pieces of a word from its beginning on, or the unknown token. @returns what gives them, `start` and `end` in UTF-16 units */
export function wordPieces(model: WordPieceModel): (word: string) => Piece[] {
  const pieces = new WordPiece({ ...model, type: 'WordPiece' });
  const prefix = model.continuing_subword_prefix.length;
  return (word) => {
    const tokens = pieces.encode([word]);
    if (tokens.length === 1 && tokens[0] !== word)
      return [{ id: model.vocab[model.unk_token] as number, start: 0, end: word.length }];
    let end = 0;
    return tokens.map((token, i) => {
      const start = end;
      end += token.length - (i === 0 ? 0 : prefix);
      return { id: model.vocab[token] as number, start, end };
    });
  };
}
