import type { NativeTokenizer } from '@cloze/tokenizer';

/** What has no blanks beside it in East Asian writing: ideographs, kana, full-width signs. Hangul has. */
const unspaced = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u3000-\\u303f\\uff00-\\uffef';
const besideUnspaced = new RegExp(`(?<=[${unspaced}]) +| +(?=[${unspaced}])`, 'gu');

/** A text without the blanks beside ideographs, kana and full-width signs. */
export const withoutEastAsianBlanks = (text: string): string => text.replace(besideUnspaced, '');

/**
 * Ids as the text a reader expects: as `decode` has it, which puts a blank between any two words of WordPiece, so that Chinese comes out as “中 国”; those
 * blanks are left out. Where tokens write their blanks themselves (`Ġ`, `▁`) nothing is changed.
 */
export async function textOfTokens(tokenizer: Pick<NativeTokenizer, 'decode' | 'tokenOf'>, ids: readonly number[]) {
  const text = await tokenizer.decode(ids);
  return ids.some((id) => /[Ġ▁\s]/.test(tokenizer.tokenOf(id) ?? '')) ? text : withoutEastAsianBlanks(text);
}
