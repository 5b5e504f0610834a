import { bytesByCharacter } from './byte-characters.ts';
import { WordPieceDecoder } from './hugging-face.ts';

/** A decoder as `tokenizer.json` has it. */
export interface DecoderPart {
  readonly type: string;
  readonly prefix?: string;
  readonly cleanup?: boolean;
  readonly replacement?: string;
  readonly prepend_scheme?: 'always' | 'first' | 'never';
}

/** Tokens as a text. */
export type TokensToText = (tokens: readonly string[]) => string;

/** Bytes by their characters; a token that has other characters is its own bytes. */
function fromBytes(tokens: readonly string[]): string {
  const encoder = new TextEncoder();
  const bytes = tokens.flatMap((token) => {
    const own = Array.from(token, (character) => bytesByCharacter.get(character));
    return own.every((byte) => byte !== undefined) ? own : [...encoder.encode(token)];
  });
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const makers: Readonly<Record<string, (part: DecoderPart) => TokensToText>> = {
  WordPiece: ({ prefix, cleanup }) => {
    const decoder = new WordPieceDecoder({ type: 'WordPiece', prefix, cleanup });
    return (tokens) => decoder.decode(tokens);
  },
  ByteLevel: () => fromBytes,
  Metaspace:
    ({ replacement = '▁', prepend_scheme: scheme = 'always' }) =>
    (tokens) =>
      tokens.map((token, i) => token.replaceAll(replacement, i === 0 && scheme !== 'never' ? '' : ' ')).join(''),
};

/** Whether a decoder is read. */
export const isDecoder = ({ type }: DecoderPart): boolean => Object.hasOwn(makers, type);

/** A file's decoder, which must be read; without one tokens are joined by blanks. */
export const decoderOf = (part: DecoderPart | null): TokensToText =>
  part === null ? (tokens) => tokens.join(' ') : (makers[part.type] as (part: DecoderPart) => TokensToText)(part);
