import { type AlignedText, changed, prefixed, replaced, sliced } from './aligned-text.ts';
import { preTokenize } from './bert-rules.ts';
import { byteCharacters } from './byte-characters.ts';
import { blank, isPattern, type PatternPart, patternOf } from './normalizers.ts';

/** A pre-tokeniser as `tokenizer.json` has it. */
export interface PreTokenizerPart {
  readonly type: string;
  readonly pretokenizers?: readonly PreTokenizerPart[];
  readonly add_prefix_space?: boolean;
  readonly use_regex?: boolean;
  readonly replacement?: string;
  readonly prepend_scheme?: 'always' | 'first' | 'never';
  readonly split?: boolean;
  readonly behavior?: string;
  readonly pattern?: PatternPart;
  readonly invert?: boolean;
}

/** Words of a text. */
export type PreTokenizer = (text: AlignedText) => AlignedText[];

/** GPT-2's words: a blank belongs to what follows it. */
const byteWords = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${blank}\\p{L}\\p{N}]+|${blank}+(?!\\P{White_Space})|${blank}+`,
  'gu',
);
const spaces = new RegExp(`${blank}+`, 'gu');
const mark = /[\p{P}!-/:-@[-`{-~]/gu;

/** Matches, and with `rest` what stands between them, as texts of their own. */
function parted(source: AlignedText, pattern: RegExp, kept: 'matches' | 'rest' | 'both'): AlignedText[] {
  const parts: AlignedText[] = [];
  let at = 0;
  const keep = (end: number) => {
    if (end > at && kept !== 'matches') parts.push(sliced(source, at, end));
  };
  for (const { 0: match, index } of source.text.matchAll(pattern)) {
    if (match === '') continue;
    keep(index);
    at = index + match.length;
    if (kept !== 'rest') parts.push(sliced(source, index, at));
  }
  keep(source.text.length);
  return parts;
}

const encoder = new TextEncoder();

const makers: Readonly<Record<string, (part: PreTokenizerPart) => PreTokenizer>> = {
  BertPreTokenizer: () => (source) => preTokenize(source.text).map(([, [start, end]]) => sliced(source, start, end)),
  WhitespaceSplit: () => (source) => parted(source, spaces, 'rest'),
  Split: ({ pattern, behavior }) => {
    const found = patternOf(pattern);
    return (source) => parted(source, found, behavior === 'Removed' ? 'rest' : 'both');
  },
  Punctuation: () => (source) => parted(source, mark, 'both'),
  ByteLevel:
    ({ add_prefix_space: isSpaced = true, use_regex: isParted = true }) =>
    (source) => {
      const spaced = isSpaced && !source.text.startsWith(' ') ? prefixed(source, ' ') : source;
      const words = isParted ? parted(spaced, byteWords, 'both') : [spaced];
      return words.map((word) =>
        changed(
          word,
          Array.from(word.text, (character) => ({
            size: character.length,
            form: Array.from(encoder.encode(character), (byte) => byteCharacters[byte]).join(''),
          })),
        ),
      );
    },
  Metaspace:
    ({ replacement = '▁', prepend_scheme: scheme = 'always', split: isParted = true }) =>
    (source) => {
      const shown = replaced(source, / /g, replacement);
      const isPrefixed = scheme === 'always' || (scheme === 'first' && shown.from[0] === 0);
      const whole = isPrefixed && !shown.text.startsWith(replacement) ? prefixed(shown, replacement) : shown;
      if (!isParted) return [whole];
      const places = [...whole.text.matchAll(new RegExp(replacement, 'g'))].map(({ index }) => index);
      const starts = [...new Set([0, ...places])];
      return starts
        .map((start, i) => sliced(whole, start, starts[i + 1] ?? whole.text.length))
        .filter(({ text }) => text !== '');
    },
};

/** The pre-tokenisers of a file, one after the other. */
export const preTokenizersIn = (part: PreTokenizerPart | null): readonly PreTokenizerPart[] =>
  part === null ? [] : part.type === 'Sequence' ? (part.pretokenizers ?? []).flatMap(preTokenizersIn) : [part];

/** Whether a pre-tokeniser is read. */
export const isPreTokenizer = ({ type, pattern, behavior = 'Isolated', invert = false }: PreTokenizerPart): boolean =>
  Object.hasOwn(makers, type) &&
  isPattern(pattern) &&
  !invert &&
  (behavior === 'Isolated' || (behavior === 'Removed' && type === 'Split'));

/** A file's pre-tokeniser. Its parts must be read. */
export function preTokenizerOf(part: PreTokenizerPart | null): PreTokenizer {
  const all = preTokenizersIn(part).map((one) => (makers[one.type] as (part: PreTokenizerPart) => PreTokenizer)(one));
  return (text) => all.reduce((texts, part) => texts.flatMap(part), [text]).filter((one) => one.text !== '');
}
