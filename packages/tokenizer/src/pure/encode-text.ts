import { quoted } from '../quoted.ts';
import { type AlignedText, aligned, sliced } from './aligned-text.ts';
import { bytePairs } from './byte-pairs.ts';
import type { Normalizer } from './normalizers.ts';
import { preTokenizerOf } from './pre-tokenizers.ts';
import type { AddedEntry, ModelPart, Piece, TokenizerFile } from './read-tokenizer.ts';
import { unigram } from './unigram.ts';
import { wordPieces } from './word-piece.ts';

/** A token of a text. */
export interface PlacedToken {
  readonly id: number;
  readonly word: number;
  readonly isFirst: boolean;
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

/** What gives the pieces of a word. */
function modelOf(model: ModelPart): (word: string) => readonly Piece[] {
  switch (model.type) {
    case 'WordPiece':
      return wordPieces(model);
    case 'BPE':
      return bytePairs(model);
    case 'Unigram':
      return unigram(model);
  }
}

/** A function that gives the tokens of a text, without what stands around them. */
export function textEncoder(file: TokenizerFile, normalize: Normalizer): (text: string) => PlacedToken[] {
  const { added_tokens: added, model } = file;
  const [wordsOf, pieces] = [preTokenizerOf(file.pre_tokenizer), modelOf(model)];
  const findAsWritten = finder(
    (added ?? []).filter(({ normalized }) => !normalized),
    (content) => content,
  );
  const findNormalized = finder(
    (added ?? []).filter(({ normalized }) => normalized),
    (content) => normalize(aligned(content)).text,
  );
  const ofWord = new Map<string, readonly Piece[]>();
  const piecesOf = (word: string) => {
    const known = ofWord.get(word);
    if (known) return known;
    const made = pieces(word);
    if (ofWord.size >= mostWords) ofWord.clear();
    ofWord.set(word, made);
    return made;
  };
  return (text) => {
    const placed: PlacedToken[] = [];
    let word = 0;
    const put = (id: number, { from, to }: AlignedText, start: number, end: number) =>
      placed.push({
        ...{ id, word, isFirst: placed.length === 0 },
        ...{ start: from[start] as number, end: to[end - 1] as number },
      });
    for (const { start, end, token } of parts(text.length, findAsWritten(text))) {
      if (token) {
        placed.push({ id: token.id, word: word++, isFirst: placed.length === 0, start, end });
        continue;
      }
      const normal = normalize(aligned(text, start, end));
      for (const part of parts(normal.text.length, findNormalized(normal.text))) {
        if (part.token) {
          put(part.token.id, normal, part.start, part.end);
          word++;
          continue;
        }
        for (const one of wordsOf(sliced(normal, part.start, part.end))) {
          for (const piece of piecesOf(one.text)) put(piece.id, one, piece.start, piece.end);
          word++;
        }
      }
    }
    return placed;
  };
}
