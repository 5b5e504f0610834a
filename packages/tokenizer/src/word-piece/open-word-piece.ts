import type { NativeEncoding, NativeHandle } from '../binding.ts';
import { type PlacedToken, textEncoder } from './encode-text.ts';
import { WordPieceDecoder } from './hugging-face.ts';
import { readWordPiece, type TemplatePiece, type WordPieceFile } from './read-word-piece.ts';

/** A token of an encoding: of a text, or around it. */
interface Row {
  readonly id: number;
  readonly type: number;
  readonly sequence?: 0 | 1;
  readonly token?: PlacedToken;
}

/** The number of code points before each UTF-16 unit of a text: encodings count code points. */
function codePointsBefore(text: string): Int32Array {
  const before = new Int32Array(text.length + 1);
  let points = 0;
  let unit = 0;
  for (const character of text) {
    for (let i = 0; i < character.length; i++) before[unit++] = points;
    points++;
  }
  before[unit] = points;
  return before;
}

const encodingOf = (rows: readonly Row[], texts: readonly string[]): NativeEncoding => ({
  getIds: () => rows.map(({ id }) => id),
  getTypeIds: () => rows.map(({ type }) => type),
  getSpecialTokensMask: () => rows.map(({ token }) => (token ? 0 : 1)),
  getWordIds: () => rows.map(({ token }) => token?.word),
  getSequenceIds: () => rows.map(({ sequence }) => sequence),
  getOffsets: () => {
    const points = texts.map(codePointsBefore);
    return rows.map(({ token, sequence }) => {
      const before = points[sequence ?? 0];
      return token && before ? [before[token.start] as number, before[token.end] as number] : [0, 0];
    });
  },
});

/** Rows of a template, filled with the tokens of its texts. */
function filled(
  template: readonly TemplatePiece[],
  texts: readonly (readonly PlacedToken[])[],
  special: WordPieceFile['post_processor']['special_tokens'],
): Row[] {
  return template.flatMap((piece): Row[] => {
    if ('SpecialToken' in piece) {
      const { id, type_id: type } = piece.SpecialToken;
      return (special[id]?.ids ?? []).map((one) => ({ id: one, type }));
    }
    const { id, type_id: type } = piece.Sequence;
    const sequence = id === 'A' ? 0 : 1;
    return (texts[sequence] ?? []).map((token) => ({ id: token.id, type, sequence, token }));
  });
}

/** A `tokenizer.json` of BERT's kind as the native code would open it. @throws {Error} for one of another kind, naming its parts */
export function openWordPiece(json: string): NativeHandle {
  const file = readWordPiece(json);
  const { model, post_processor: around, decoder: spelling } = file;
  const added = file.added_tokens ?? [];
  const tokensOf = textEncoder(file);
  const ids = new Map([...Object.entries(model.vocab), ...added.map(({ content, id }) => [content, id] as const)]);
  const names = new Map([...ids].map(([token, id]) => [id, token] as const));
  const special = new Set(added.filter((token) => token.special).map(({ content }) => content));
  const decoder = new WordPieceDecoder({ ...spelling, type: 'WordPiece' });
  return {
    encode: async (text, pair) => {
      const texts = [text, pair];
      return encodingOf(filled(around.pair, texts.map(tokensOf), around.special_tokens), texts);
    },
    encodeBatch: async (texts) =>
      texts.map((text) => encodingOf(filled(around.single, [tokensOf(text)], around.special_tokens), [text])),
    decode: async (given, skipSpecialTokens) => {
      const tokens = given
        .map((id) => names.get(id) ?? '')
        .filter((token) => !skipSpecialTokens || !special.has(token));
      return decoder.decode(tokens);
    },
    tokenToId: (token) => ids.get(token) ?? null,
    idToToken: (id) => names.get(id) ?? null,
    getVocabSize: () => ids.size,
  };
}
