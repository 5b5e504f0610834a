import { quoted } from '../quoted.ts';
import { type AlignedText, type Change, changed, eachCharacter, prefixed, replaced, sliced } from './aligned-text.ts';
import { normalizeCharacter } from './bert-rules.ts';
import { precompiledTable } from './precompiled.ts';

/** A pattern as `tokenizer.json` has it. */
export type PatternPart = { readonly String: string } | { readonly Regex: string };

/** A normaliser as `tokenizer.json` has it. */
export interface NormalizerPart {
  readonly type: string;
  readonly normalizers?: readonly NormalizerPart[];
  readonly clean_text?: boolean;
  readonly handle_chinese_chars?: boolean;
  readonly strip_accents?: boolean | null;
  readonly lowercase?: boolean;
  readonly pattern?: PatternPart;
  readonly content?: string;
  readonly prepend?: string;
  readonly strip_left?: boolean;
  readonly strip_right?: boolean;
  readonly precompiled_charsmap?: string;
}

/** What a normaliser makes of a text. */
export type Normalizer = (text: AlignedText) => AlignedText;

/** White space as Rust has it, which knows U+0085 and not U+FEFF. */
export const blank = '\\p{White_Space}';

/** Letters of either case, for a group that does not tell them apart: JavaScript's own is newer than most. */
const eitherCase = (group: string): string =>
  group.replace(/\(\?i:(['a-z|]*)\)/gi, (_, letters: string) => {
    const each = letters.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
    return `(?:${each})`;
  });

/** Oniguruma's pattern as JavaScript has it: white space is Unicode's in both. @throws {SyntaxError} where JavaScript has no such pattern */
export const patternOf = (pattern: PatternPart | undefined): RegExp =>
  pattern && 'Regex' in pattern
    ? new RegExp(eitherCase(pattern.Regex).replaceAll('\\s', blank).replaceAll('\\S', '\\P{White_Space}'), 'gu')
    : new RegExp(quoted(pattern?.String ?? ''), 'g');

/** Whether JavaScript has a pattern. */
export const isPattern = (pattern: PatternPart | undefined): boolean => {
  try {
    return patternOf(pattern) instanceof RegExp;
  } catch {
    return false;
  }
};

/** Stretches that Unicode's forms do not look beyond: a character with its marks, and Hangul's letters of one syllable. */
const composed = /[\u1100-\u115f][\u1160-\u11a7]*[\u11a8-\u11ff]*|[\uac00-\ud7a3][\u11a8-\u11ff]*|\P{M}\p{M}*|\p{M}+/gu;

/** Where each character of a stretch's decomposition came of, by number: marks that change places take theirs along. */
function sourcesOf(stretch: string, decomposition: 'NFD' | 'NFKD'): number[] {
  const left = Array.from(stretch, (character, number) =>
    Array.from(character.normalize(decomposition), (part) => ({ part, number })),
  ).flat();
  return Array.from(stretch.normalize(decomposition), (part) => {
    const [found] = left.splice(
      Math.max(
        0,
        left.findIndex((one) => one.part === part),
      ),
      1,
    );
    return found?.number ?? 0;
  });
}

/** Unicode's normal form, stretch by stretch: a character that is put together came of its first part. */
function unicodeForm(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalizer {
  const decomposition = form.includes('K') ? 'NFKD' : 'NFD';
  return (source) => {
    const { text } = source;
    if (text.normalize(form) === text) return source;
    const changes = (text.match(composed) ?? []).map((stretch): Change => {
      const whole = stretch.normalize(form);
      if (whole === stretch) return { size: stretch.length, form: whole };
      const sources = sourcesOf(stretch, decomposition);
      let part = 0;
      const of = Array.from(whole, (character) => {
        const number = sources[part] ?? 0;
        part += Array.from(character.normalize(decomposition)).length;
        return number;
      });
      return { size: stretch.length, form: whole, of };
    });
    return changed(source, changes);
  };
}

/** Blanks at the ends of a text are left out. */
const stripped = (source: AlignedText, left: boolean, right: boolean): AlignedText => {
  const { text } = source;
  const start = left ? (new RegExp(`^${blank}*`, 'u').exec(text)?.[0].length ?? 0) : 0;
  const behind = right ? (new RegExp(`${blank}*$`, 'u').exec(text)?.[0].length ?? 0) : 0;
  return sliced(source, start, Math.max(start, text.length - behind));
};

const makers: Readonly<Record<string, (part: NormalizerPart) => Normalizer>> = {
  BertNormalizer: (part) => {
    const form = normalizeCharacter({
      cleanText: part.clean_text ?? true,
      handleChineseChars: part.handle_chinese_chars ?? true,
      stripAccents: part.strip_accents ?? part.lowercase ?? true,
      lowercase: part.lowercase ?? true,
    });
    return (text) => eachCharacter(text, form);
  },
  Lowercase: () => (text) => eachCharacter(text, (character) => character.toLowerCase()),
  StripAccents: () => (text) => eachCharacter(text, (character) => (/\p{M}/u.test(character) ? '' : character)),
  NFC: () => unicodeForm('NFC'),
  NFD: () => unicodeForm('NFD'),
  NFKC: () => unicodeForm('NFKC'),
  NFKD: () => unicodeForm('NFKD'),
  Replace: ({ pattern, content = '' }) => {
    const found = patternOf(pattern);
    return (text) => replaced(text, found, content);
  },
  Strip:
    ({ strip_left: left = true, strip_right: right = true }) =>
    (text) =>
      stripped(text, left, right),
  Prepend:
    ({ prepend = '' }) =>
    (text) =>
      prefixed(text, prepend),
  Precompiled: ({ precompiled_charsmap: table = '' }) => {
    const changesOf = precompiledTable(table);
    return (text) => changed(text, changesOf(text.text));
  },
};

/** The normalisers of a file, one after the other. */
export const normalizersIn = (part: NormalizerPart | null): readonly NormalizerPart[] =>
  part === null ? [] : part.type === 'Sequence' ? (part.normalizers ?? []).flatMap(normalizersIn) : [part];

/** Whether a normaliser is read. */
export const isNormalizer = ({ type, pattern }: NormalizerPart): boolean =>
  Object.hasOwn(makers, type) && isPattern(pattern);

/** A file's normaliser. Its parts must be read. */
export function normalizerOf(part: NormalizerPart | null): Normalizer {
  const all = normalizersIn(part).map((one) => (makers[one.type] as (part: NormalizerPart) => Normalizer)(one));
  return (text) => all.reduce((made, normalize) => normalize(made), text);
}
