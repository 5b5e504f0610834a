import { checkOptions, flag } from '@cloze/checks';
import { binding } from '#machine';
import type { BertSettings } from './bert-settings.ts';
import { soundText } from './sound-text.ts';

/**
 * BERT's basic tokenisation by the native code: cleans, normalises, splits at white space, puts every Han character and punctuation mark on
 * its own.
 *
 * Normalisation comes before splitting, so `≠` is `=` once accents are stripped, and splits a word.
 *
 * @returns normalised words, in order
 * @throws {RangeError} for a lone surrogate
 */
export function splitWords(text: string, settings: BertSettings = {}): string[] {
  checkOptions('splitWords', settings, { lowercase: flag, stripAccents: flag, tokenizeChineseChars: flag });

  const { lowercase = true, stripAccents = lowercase, tokenizeChineseChars = true } = settings;
  const { bertNormalizer, bertPreTokenizer } = binding();
  const normal = bertNormalizer({
    cleanText: true,
    handleChineseChars: tokenizeChineseChars,
    stripAccents,
    lowercase,
  }).normalizeString(soundText(text, 'splitWords: the text'));
  const splitter = bertPreTokenizer();
  const seen = new Map<string, string[]>();
  const split = (run: string): string[] => {
    const known = seen.get(run) ?? splitter.preTokenizeString(run).map(([word]) => word);
    seen.set(run, known);
    return known;
  };
  // Cleaning leaves no white space but U+0020, and Chinese runs of one character, which need no further call.
  return normal.split(' ').flatMap((run) => (run.length > 1 ? split(run) : run ? [run] : []));
}
