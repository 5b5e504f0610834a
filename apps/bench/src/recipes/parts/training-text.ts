import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { benchmarkTasks, type ClueTask, cluewsc2020, normaliseText, type WscRow } from '@cloze/datasets';
import { evaluationTexts, expandPaths, type GatheredTexts, gatherTexts } from '@cloze/datasets/node';
import { readPoems } from '@cloze/quick-start';
import { writeWhole } from 'cloze/terminal';
import type { Lab } from './lab.ts';
import { openPairs } from './minimal-pairs.ts';
import type { TextSettings } from './text-settings.ts';
import { wholeTask } from './whole-task.ts';

/** The files of a text below the data folder, each read and so part of the run's record; none without a data folder. */
export function sourcesOf({ data }: Lab, files: readonly string[]): readonly string[] {
  const { root } = data;
  if (root === undefined) return [];
  const found = files.flatMap((pattern) => expandPaths(join(root, pattern))).map((file) => relative(root, file));
  for (const file of found) data.read(file);
  return found;
}

/** Every text that a model of this data folder is judged by: dev and test rows, minimal pairs. */
function judgedBy(lab: Lab, root: string): readonly string[] {
  // Its texts have their spans marked, and a document has not.
  const unmarked: ClueTask<WscRow> = { ...cluewsc2020, texts: ({ text }) => [text] };
  const others = evaluationTexts(root, [...benchmarkTasks.map((task) => wholeTask(lab, task)), unmarked]);
  const pairs = openPairs(lab, Number.POSITIVE_INFINITY).flatMap(({ good, bad }) => [good, bad]);
  return [...evaluationTexts(root), ...others, ...pairs.map(normaliseText)];
}

const lines = (texts: readonly string[]) => `${texts.join('\n')}\n`;

/**
 * The text of a pretraining as one file in a folder, made once: the data folder's files without what the model is judged by, up to so many of jieba's
 * words; poems where there is no data folder.
 */
export async function trainingText(
  lab: Lab,
  folder: string,
  { text: { files, held, words: mostWords } }: TextSettings,
): Promise<GatheredTexts & { readonly corpus: string; readonly heldOut: string }> {
  const path = (name: string) => join(folder, name);
  const [corpus, heldOut, told, verse] = [
    path('train.txt'),
    path('held.txt'),
    path('gathered.json'),
    path('poems.txt'),
  ];
  const { root } = lab.data;
  const poems = root === undefined ? readPoems(100).map(({ couplets }) => couplets.join('')) : [];
  const sources = root === undefined ? [verse] : sourcesOf(lab, files).map((file) => join(root, file));
  const texts = root === undefined ? poems.slice(0, 20) : lab.data.read(held).split('\n').filter(Boolean);
  if (!existsSync(told)) {
    writeFileSync(heldOut, lines(texts));
    if (root === undefined) writeFileSync(verse, lines(poems));
    const leaveOut = new Set([...texts.map(normaliseText), ...(root === undefined ? [] : judgedBy(lab, root))]);
    const gathered = await gatherTexts(sources, { to: corpus, leaveOut, mostWords });
    const { documents, words, leftOut } = gathered;
    lab.say(`text: ${documents} documents, ${words} words of jieba's; left out, being judged by: ${leftOut}`);
    writeWhole(told, JSON.stringify(gathered));
  }
  // Written above, by this or an earlier process.
  const gathered = JSON.parse(readFileSync(told, 'utf8')) as GatheredTexts;
  return { ...gathered, corpus, heldOut };
}
