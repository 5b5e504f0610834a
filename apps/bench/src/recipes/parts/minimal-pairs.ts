import { join, relative } from 'node:path';
import { readMinimalPairs } from '@cloze/datasets';
import { expandPaths, listProblems } from '@cloze/datasets/node';
import { type LoadedModel, type PairOfTexts, scoreMinimalPairs, scoringKindFor } from '@cloze/models';
import { readPoems } from '@cloze/quick-start';
import type { Lab } from './lab.ts';
import type { ClassLine, PredictionSet } from './prediction-set.ts';

/** Couplets and the same with two characters changed over: pairs to try a recipe out. */
const poemPairs = (): PairOfTexts[] =>
  readPoems(20).map(({ couplets: [good = ''] }, line) => {
    const [first = '', second = '', ...rest] = good;
    return { good, bad: `${second}${first}${rest.join('')}`, group: 'order', paradigm: 'order', line };
  });

/** ZhoBLiMP's pairs of the data folder, at most so many a paradigm, the first ones; poems where there is no folder. @throws {Error} naming lines that are no pair */
export function openPairs(lab: Lab, most: number): PairOfTexts[] {
  const { root } = lab.data;
  if (root === undefined) return poemPairs();
  return expandPaths(join(root, 'minimal-pairs/zhoblimp/*.jsonl')).flatMap((path) => {
    const file = relative(root, path);
    const { rows, problems } = readMinimalPairs(lab.data.read(file), file);
    if (problems.length > 0) throw new Error(`lines that are no minimal pair: ${listProblems(problems)}`);
    return rows
      .slice(0, most)
      .map(({ line, good, bad, paradigm, phenomenon }) => ({ line, file, good, bad, paradigm, group: phenomenon }));
  });
}

/** Whether the good side of each pair scores higher, all pairs and each phenomenon; a tie counts as wrong, which it does in ZhoBLiMP's own script. */
export async function judgePairs(lab: Lab, model: LoadedModel, most: number): Promise<PredictionSet[]> {
  const sets = new Map<string, ClassLine[]>();
  const add = (name: string, line: ClassLine) => {
    const lines = sets.get(name) ?? [];
    sets.set(name, lines);
    lines.push(line);
  };
  await scoreMinimalPairs(
    model,
    openPairs(lab, most),
    { kind: scoringKindFor(model) },
    ({ good, bad, right, group, paradigm, line }) => {
      const told = {
        id: `${paradigm}/${line}`,
        label: 'good',
        prediction: right ? 'good' : good === bad ? 'tie' : 'bad',
      };
      add('zhoblimp', told);
      add(`zhoblimp: ${group}`, told);
    },
  );
  return [...sets].map(([name, lines]) => ({ name, kind: 'class', lines }));
}
