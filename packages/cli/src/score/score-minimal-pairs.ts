import type { PairFigures } from '@cloze/eval';
import { type LoadedModel, type ScorePairsOptions, scoreMinimalPairs } from '@cloze/models';
import { plainTable } from '../clue/plain-table.ts';
import type { CutLines } from '../input/cut-lines.ts';
import { minimalPairFiles } from '../input/minimal-pair-files.ts';
import { watchItems } from '../input/watch-items.ts';

type Figures = Awaited<ReturnType<typeof scoreMinimalPairs>>;

const percent = (share: number) => (100 * share).toFixed(1);
const cellsOf = ({ pairs, ties, accuracy, low, high }: PairFigures) => [
  `${pairs}`,
  `${ties}`,
  percent(accuracy),
  `${percent(low)} to ${percent(high)}`,
];

/** Figures for people: paradigms under their phenomenon, then all. */
export function pairTable({ groups, paradigms, macro, ...all }: Figures, kind: string): string {
  const table = plainTable(['phenomenon', 'paradigm', 'pairs', 'ties', '% right', '95 %'], [2, 3, 4, 5]);
  for (const group of groups) {
    table.push([group.name, '', ...cellsOf(group)]);
    for (const one of paradigms) if (one.group === group.name) table.push(['', one.name, ...cellsOf(one)]);
  }
  table.push(['all pairs', '', ...cellsOf(all)]);
  return `${table.toString()}\n${kind}; mean of ${groups.length} phenomena ${percent(macro)} %; a tie counts half\n`;
}

/** Scores files of minimal pairs: with JSON an object a pair and a summary, else one table. */
export async function scoreMinimalPairFiles(
  model: LoadedModel,
  paths: readonly string[],
  {
    json,
    mostPairs,
    cutOnes,
    watch,
    ...options
  }: ScorePairsOptions & {
    readonly json: boolean;
    readonly mostPairs?: number;
    readonly cutOnes: CutLines;
    readonly watch: { readonly now: () => number; readonly say: (text: string) => void };
  },
): Promise<void> {
  const pairs = minimalPairFiles(paths, mostPairs);
  // Rows to score grow with length, and so does what a row costs.
  const sizeOf = ({ good, bad }: { good: string; bad: string }) => good.length ** 2 + bad.length ** 2;
  const total = pairs.reduce((sum, pair) => sum + sizeOf(pair), 0);
  let done = 0;
  const figures = await scoreMinimalPairs(
    model,
    watchItems(pairs, { ...watch, what: 'pairs', total, sizeOf }),
    options,
    ({ right, ...pair }) => {
      done++;
      if (pair.cut > 0) cutOnes.add(done, pair.cut);
      if (json) process.stdout.write(`${JSON.stringify({ ...pair, right })}\n`);
    },
  );
  const { kind, normalise = 'none' } = options;
  process.stdout.write(
    json
      ? `${JSON.stringify({ summary: { kind, normalise, ...figures } })}\n`
      : pairTable(figures, `${kind}${normalise === 'none' ? '' : `, lengths normalised (${normalise})`}`),
  );
}
