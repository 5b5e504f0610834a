import { checkOptions, checkText, flag } from '@cloze/checks';
import { jieba } from '#machine';
import { soundText } from './sound-text.ts';

/** A number behind a mark that Python's jieba cuts at, and its Rust port does not: it takes any character for the point of a number. */
const joined = /^[a-zA-Z0-9]+[+#&_%-]\d+%?$/;
const mayBeJoined = /[a-zA-Z0-9][+#&_%-]\d/;
const marks = /^[a-zA-Z0-9+#&._%-]+$/;
/** Python's own rule for what is no Han character: words and numbers, with a fraction and a percent sign. */
const wordOrNumber = /([a-zA-Z0-9]+(?:\.\d+)?%?)/;
/** Han characters that Python's jieba does not look up, each a word: rare ones and those beyond U+9FD5. */
const rare = /([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff]|[\u{20000}-\u{3ffff}])/u;

/** Words as Python's jieba cuts them out of what its Rust port gives. */
function asPython(words: readonly string[], cutPlain: (word: string) => readonly string[]): string[] {
  // A word of the dictionary is cut whole without the hidden Markov model too.
  const isListed = (word: string) => !/^[a-zA-Z0-9]*$/.test(word) && cutPlain(word).length === 1;
  const found: string[] = [];
  for (let i = 0; i < words.length; i++) {
    let run = words[i] as string;
    if (joined.test(run) && !isListed(run)) {
      for (; i + 1 < words.length; i++) {
        const next = words[i + 1] as string;
        if (!marks.test(next) || (next.length > 1 && !joined.test(next) && isListed(next))) break;
        run += next;
      }
      for (const part of run.split(wordOrNumber)) if (part !== '') found.push(part);
    } else found.push(run);
  }
  return found;
}

/**
 * Chinese words by jieba: `[start, end)` in UTF-16 units, which together cover the text without gaps.
 *
 * The words of Python's jieba 0.42.1: its Rust port, which does the work, joins numbers across a mark (`10-20`, `3+4`) and looks up rare Han
 * characters, so these are cut again by Python's rules.
 *
 * @param options.newWords let the hidden Markov model find words the dictionary lacks, default true
 * @throws {TypeError} for what is no text @throws {RangeError} for a lone surrogate, which jieba would replace
 */
export function wordBoundaries(
  text: string,
  options: { readonly newWords?: boolean } = {},
): [start: number, end: number][] {
  checkOptions('wordBoundaries', options, { newWords: flag });
  const { newWords = true } = options;

  checkText('wordBoundaries: the text', text);
  const cutter = jieba();
  const cut = (part: string): readonly string[] => {
    const words = cutter.cut(part, newWords);
    return newWords && mayBeJoined.test(part) ? asPython(words, (word) => cutter.cut(word, false)) : words;
  };
  const sound = soundText(text, 'wordBoundaries: the text');
  // Odd places of a split with a group are the rare characters themselves.
  const words = rare.test(sound)
    ? sound.split(rare).flatMap((part, i) => (part === '' ? [] : i % 2 === 1 ? [part] : cut(part)))
    : cut(sound);
  let end = 0;
  return words.map((word): [number, number] => {
    const start = end;
    end += word.length;
    return [start, end];
  });
}
