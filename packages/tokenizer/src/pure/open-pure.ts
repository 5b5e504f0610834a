import type { NativeEncoding, NativeHandle } from '../binding.ts';
import { aligned } from './aligned-text.ts';
import { type Around, aroundOf, type TemplatePiece } from './around.ts';
import { byteCharacters } from './byte-characters.ts';
import { decoderOf } from './decoders.ts';
import { type PlacedToken, textEncoder } from './encode-text.ts';
import { normalizerOf } from './normalizers.ts';
import { type ModelPart, readTokenizer } from './read-tokenizer.ts';

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

/** What becomes of the place of a text's n-th token, in code points. */
type Trimming = (token: PlacedToken, place: readonly [start: number, end: number]) => [start: number, end: number];

const encodingOf = (rows: readonly Row[], texts: readonly string[], trimmed: Trimming | undefined): NativeEncoding => ({
  getIds: () => rows.map(({ id }) => id),
  getTypeIds: () => rows.map(({ type }) => type),
  getSpecialTokensMask: () => rows.map(({ token }) => (token ? 0 : 1)),
  getWordIds: () => rows.map(({ token }) => token?.word),
  getSequenceIds: () => rows.map(({ sequence }) => sequence),
  getOffsets: () => {
    const points = texts.map(codePointsBefore);
    return rows.map(({ token, sequence }) => {
      const before = points[sequence ?? 0];
      if (!token || !before) return [0, 0];
      const place = [before[token.start] as number, before[token.end] as number] as const;
      return trimmed ? trimmed(token, place) : [...place];
    });
  },
});

/** Rows of a template, filled with the tokens of its texts. */
function filled(
  template: readonly TemplatePiece[],
  texts: readonly (readonly PlacedToken[])[],
  special: Around['ids'],
): Row[] {
  return template.flatMap((piece): Row[] => {
    if ('SpecialToken' in piece) {
      const { id, type_id: type } = piece.SpecialToken;
      return (special.get(id) ?? []).map((one) => ({ id: one, type }));
    }
    const { id, type_id: type } = piece.Sequence;
    const sequence = id === 'A' ? 0 : 1;
    return (texts[sequence] ?? []).map((token) => ({ id: token.id, type, sequence, token }));
  });
}

/** A blank, as bytes have it or as it is. */
const isBlank = (character: string): boolean =>
  character === byteCharacters[0x20] || /\p{White_Space}/u.test(character);

/** Places without the blanks that tokens have at their ends; of a token at the beginning one is not counted where it was put there. */
const withoutBlanks =
  (nameOf: (id: number) => string, isSpaced: boolean): Trimming =>
  ({ id, isFirst }, [start, end]) => {
    const characters = Array.from(nameOf(id));
    const other = characters.findIndex((character) => !isBlank(character));
    const before = other < 0 ? characters.length : other;
    const behind = other < 0 ? characters.length : characters.reverse().findIndex((character) => !isBlank(character));
    const kept = before > 0 && isSpaced && (isFirst || start === 0) ? 1 : 0;
    const from = Math.min(start + before - kept, end);
    return [from, behind > 0 && end >= behind ? Math.max(end - behind, from) : end];
  };

/** Tokens of a model by their ids. */
const tokensIn = (model: ModelPart): (readonly [token: string, id: number])[] =>
  model.type === 'Unigram' ? model.vocab.map(([piece], id) => [piece, id] as const) : Object.entries(model.vocab);

/** A `tokenizer.json` as the native code would open it. @throws {Error} for one of another kind, naming its parts */
export function openPure(json: string): NativeHandle {
  const file = readTokenizer(json);
  const added = file.added_tokens ?? [];
  const [around, decoded, normalize] = [
    aroundOf(file.post_processor),
    decoderOf(file.decoder),
    normalizerOf(file.normalizer),
  ];
  const encodeText = textEncoder(file, normalize);
  const ids = new Map([...tokensIn(file.model), ...added.map(({ content, id }) => [content, id] as const)]);
  // Of a token that is found in the normalised text, that is what its id spells.
  const spelt = added
    .filter(({ normalized }) => normalized)
    .map(({ content, id }) => [id, normalize(aligned(content)).text] as const);
  const names = new Map([...[...ids].map(([token, id]) => [id, token] as const), ...spelt]);
  const special = new Set(added.filter((token) => token.special).map(({ content }) => content));
  const { trim } = around;
  const trimmed = trim && withoutBlanks((id) => names.get(id) ?? '', trim.isSpaced);
  return {
    encode: async (text, pair) => {
      const texts = [text, pair];
      return encodingOf(filled(around.pair, texts.map(encodeText), around.ids), texts, trimmed);
    },
    encodeBatch: async (texts) =>
      texts.map((text) => encodingOf(filled(around.single, [encodeText(text)], around.ids), [text], trimmed)),
    decode: async (given, skipSpecialTokens) =>
      decoded(given.map((id) => names.get(id) ?? '').filter((token) => !skipSpecialTokens || !special.has(token))),
    tokenToId: (token) => ids.get(token) ?? null,
    idToToken: (id) => names.get(id) ?? null,
    getVocabSize: () => ids.size,
  };
}
