import { statSync } from 'node:fs';
import { expandPaths, heldOutTexts, streamTexts } from '@cloze/datasets/node';
import { heldOutEvery } from '../pretrain/held-out-perplexity.ts';

/** Every so manieth document of files is held out where no held-out text is given. */
export const heldOutEveryOf = (paths: string | readonly string[]): number =>
  heldOutEvery(expandPaths(paths).reduce((sum, path) => sum + statSync(path).size, 0));

/** The held-out documents: files of their own, or what the corpus leaves out. */
export function heldOutOf(
  paths: string | readonly string[],
  heldOut: string | readonly string[] | undefined,
  options: { readonly column?: string },
): AsyncIterable<string> {
  return heldOut === undefined
    ? heldOutTexts(paths, { ...options, every: heldOutEveryOf(paths) })
    : streamTexts(heldOut, options);
}

/** Looks whether there is text to learn from and held-out text, before anything is made or trained. @throws {RangeError} for files without any */
export async function checkHaveText(
  corpus: string | readonly string[],
  heldOut: string | readonly string[] | undefined,
  options: { readonly column?: string },
): Promise<void> {
  const hasText = async (paths: string | readonly string[]) => {
    for await (const text of streamTexts(paths, options)) if (text.trim() !== '') return true;
    return false;
  };
  if (!(await hasText(corpus)))
    throw new RangeError(`pretrain: ${[corpus].flat().join(', ')} has no text to learn from; give another file.`);
  if (heldOut !== undefined && !(await hasText(heldOut)))
    throw new RangeError(
      `pretrain: ${[heldOut].flat().join(', ')} has no text to judge by; give another file, or leave heldOut out to keep documents of the corpus aside.`,
    );
}
