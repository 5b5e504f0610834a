import { quoted } from '../quoted.ts';
import { normalizeCharacter, preTokenize } from './bert-rules.ts';
import { WordPiece } from './hugging-face.ts';
import { type AddedEntry, normalizersIn, type WordPieceFile } from './read-word-piece.ts';

/** A token of a text. */
export interface PlacedToken {
  readonly id: number;
  readonly word: number;
  /** Where it stands, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly token: AddedEntry;
}

const isWordCharacter = /[\p{L}\p{N}_]/u;
/** Distinct words whose pieces are kept. */
const mostWords = 1 << 16;

/** Finds added tokens in a text, the longest at each place. @param spelt the token as it stands in the text */
function finder(tokens: readonly AddedEntry[], spelt: (content: string) => string): (text: string) => Found[] {
  const byText = new Map(tokens.map((token) => [spelt(token.content), token] as const).filter(([text]) => text !== ''));
  if (byText.size === 0) return () => [];
  const longestFirst = [...byText.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(quoted).join('|'), 'g');
  return (text) => {
    const found: Found[] = [];
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const token = byText.get(match) as AddedEntry;
      let [start, end] = [index, index + match.length];
      const isInside = isWordCharacter.test(text.charAt(start - 1)) || isWordCharacter.test(text.charAt(end));
      if (token.single_word && isInside) continue;
      const least = found.at(-1)?.end ?? 0;
      if (start < least) continue;
      if (token.lstrip) while (start > least && /\s/.test(text.charAt(start - 1))) start--;
      if (token.rstrip) while (/\s/.test(text.charAt(end))) end++;
      found.push({ start, end, token });
    }
    return found;
  };
}

/** Stretches between the tokens found, and the tokens, in order. */
function* parts(length: number, found: readonly Found[]): Generator<Omit<Found, 'token'> & Partial<Found>> {
  let at = 0;
  for (const one of found) {
    if (one.start > at) yield { start: at, end: one.start };
    yield one;
    at = one.end;
  }
  if (at < length) yield { start: at, end: length };
}

/** A function that gives the tokens of a text by BERT's rules, without what stands around them. */
export function textEncoder(file: WordPieceFile): (text: string) => PlacedToken[] {
  const { model, added_tokens: added } = file;
  const pieces = new WordPiece({ ...model, type: 'WordPiece' });
  const unknown = model.vocab[model.unk_token] as number;
  const prefix = model.continuing_subword_prefix.length;
  const rules = normalizersIn(file).map((part) =>
    part.type === 'Lowercase'
      ? (character: string) => character.toLowerCase()
      : normalizeCharacter({
          cleanText: part.clean_text ?? true,
          handleChineseChars: part.handle_chinese_chars ?? true,
          stripAccents: part.strip_accents ?? part.lowercase ?? true,
          lowercase: part.lowercase ?? true,
        }),
  );
  const normalize = (character: string) => rules.reduce((text, rule) => Array.from(text, rule).join(''), character);
  const ofCharacter = new Map<string, string>();
  const formOf = (character: string): string => {
    const form = ofCharacter.get(character) ?? normalize(character);
    ofCharacter.set(character, form);
    return form;
  };
  const findAsWritten = finder(
    (added ?? []).filter(({ normalized }) => !normalized),
    (content) => content,
  );
  const findNormalized = finder(
    (added ?? []).filter(({ normalized }) => normalized),
    (content) => Array.from(content, formOf).join(''),
  );
  const ofWord = new Map<string, readonly { readonly id: number; readonly size: number }[]>();
  const piecesOf = (word: string) => {
    const known = ofWord.get(word);
    if (known) return known;
    const tokens = pieces.encode([word]);
    const isUnknown = tokens.length === 1 && tokens[0] !== word;
    const made = isUnknown
      ? [{ id: unknown, size: word.length }]
      : tokens.map((token, i) => ({
          id: model.vocab[token] as number,
          size: token.length - (i === 0 ? 0 : prefix),
        }));
    if (ofWord.size >= mostWords) ofWord.clear();
    ofWord.set(word, made);
    return made;
  };
  return (text) => {
    const placed: PlacedToken[] = [];
    let word = 0;
    for (const { start, end, token } of parts(text.length, findAsWritten(text))) {
      if (token) {
        placed.push({ id: token.id, word: word++, start, end });
        continue;
      }
      let normal = '';
      const [from, to]: [number[], number[]] = [[], []];
      let at = start;
      for (const character of text.slice(start, end)) {
        const form = formOf(character);
        normal += form;
        for (let unit = 0; unit < form.length; unit++) {
          from.push(at);
          to.push(at + character.length);
        }
        at += character.length;
      }
      const placeOf = (first: number, past: number) => ({ start: from[first] as number, end: to[past - 1] as number });
      for (const part of parts(normal.length, findNormalized(normal))) {
        if (part.token) {
          placed.push({ id: part.token.id, word: word++, ...placeOf(part.start, part.end) });
          continue;
        }
        for (const [one, [first]] of preTokenize(normal.slice(part.start, part.end))) {
          let unit = part.start + first;
          for (const { id, size } of piecesOf(one)) {
            placed.push({ id, word, ...placeOf(unit, unit + size) });
            unit += size;
          }
          word++;
        }
      }
    }
    return placed;
  };
}
