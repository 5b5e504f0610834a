import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';
import { soundText } from './sound-text.ts';

let jieba: Jieba | undefined;

/**
 * Chinese words by jieba: `[start, end)` in UTF-16 units, which together cover the text without gaps.
 *
 * @param options.newWords let the hidden Markov model find words the dictionary lacks, default true
 * @throws {RangeError} for a lone surrogate, which jieba would replace
 */
export function wordBoundaries(
  text: string,
  { newWords = true }: { readonly newWords?: boolean } = {},
): [start: number, end: number][] {
  jieba ??= Jieba.withDict(dict);
  let end = 0;
  return jieba.cut(soundText(text, 'wordBoundaries: the text'), newWords).map((word): [number, number] => {
    const start = end;
    end += word.length;
    return [start, end];
  });
}
