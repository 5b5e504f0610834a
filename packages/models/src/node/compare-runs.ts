import { checkOptions, text } from '@cloze/checks';
import { type Comparison, compareJudged } from '../compare/compare.ts';
import { readJudged, readRecord } from './fine-tune-record.ts';

/**
 * Compares two fine-tunings by what their folders keep, without a model: second minus first, as `compare`.
 *
 * @param figure default the task's first: accuracy of a classification
 * @throws {Error} for a folder that holds no finished run {RangeError} for runs on other dev rows, other seeds, or without dev rows
 */
export async function compareRuns(
  first: string,
  second: string,
  options: { readonly figure?: string } = {},
): Promise<Comparison> {
  checkOptions('compareRuns', options, { figure: text });
  const { figure } = options;

  const runs = await Promise.all(
    [first, second].map(async (folder) => {
      const record = await readRecord(folder);
      return { ...record, judged: await readJudged(folder, record) };
    }),
  );
  const [a, b] = runs as [(typeof runs)[0], (typeof runs)[0]];
  return compareJudged(a, b, figure);
}
