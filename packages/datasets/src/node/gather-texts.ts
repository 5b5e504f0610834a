import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { anything, checkOptions, either, needed, oneOf, text, whole } from '@cloze/checks';
import { wordBoundaries } from '@cloze/tokenizer';
import { normaliseText } from '../index.ts';
import { wellFormed } from '../text/well-formed.ts';
import { streamTexts } from './stream-texts.ts';

/** What is gathered of text files. */
export interface GatherOptions {
  /** The file that the documents go to, a line each. */
  readonly to: string;
  /** Texts after `normaliseText` whose documents are left out, such as `evaluationTexts`; default none. */
  readonly leaveOut?: ReadonlySet<string>;
  /** Jieba's words at most: the document that goes over it, and all behind it, are left out. Default no limit. */
  readonly mostWords?: number;
}

/** What was gathered. */
export interface GatheredTexts {
  readonly documents: number;
  /** Jieba's words, punctuation among them, as Python's `jieba.cut` gives them. */
  readonly words: number;
  /** Documents that were left out because `leaveOut` has them. */
  readonly leftOut: number;
  /** Whether the words were full before the files ended. */
  readonly full: boolean;
}

/**
 * Gathers the documents of text files in one file, without those a model is to be judged by, up to so many words; memory holds a document.
 *
 * A line end inside a document becomes a blank. The file is there when it is whole.
 *
 * @param paths paths and globs, `.gz` or not
 * @throws {TableError} for files that cannot be read {RangeError} where no document is left
 */
export async function gatherTexts(paths: string | readonly string[], options: GatherOptions): Promise<GatheredTexts> {
  checkOptions('gatherTexts', options, {
    to: needed(text),
    leaveOut: anything,
    mostWords: either(whole(1), oneOf([Number.POSITIVE_INFINITY])),
  });
  const { to, leaveOut, mostWords = Number.POSITIVE_INFINITY } = options;
  let [documents, words, leftOut, full] = [0, 0, 0, false];
  const partial = `${to}.partial`;
  try {
    const out = createWriteStream(partial);
    try {
      for await (const given of streamTexts(paths)) {
        if (leaveOut?.has(normaliseText(given))) {
          leftOut++;
          continue;
        }
        const line = wellFormed(given).replaceAll(/[\r\n]+/g, ' ');
        const own = wordBoundaries(line).length;
        if (words + own > mostWords) {
          full = true;
          break;
        }
        documents++;
        words += own;
        if (!out.write(`${line}\n`)) await once(out, 'drain');
      }
    } finally {
      out.end();
      await finished(out);
    }
    if (documents === 0)
      throw new RangeError(
        `gatherTexts: no document of ${[paths].flat().join(', ')} is left: ${leftOut} stand in leaveOut${full ? `, the next has more than ${mostWords} words` : ''}.`,
      );
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  renameSync(partial, to);
  return { documents, words, leftOut, full };
}
