import type { JudgedRecipe } from './judge-recipe.ts';

/** Tasks that the leaderboard of Chinese BabyLM 2026 asks for besides, which nothing here answers. */
const unanswered = ['hanzi_structure', 'hanzi_pinyin', 'word_fmri', 'fmri'];

/** What is handed in for a row of `babylm`. */
export interface LeaderboardFile {
  readonly row: string;
  readonly text: string;
  /** Tasks without a figure. */
  readonly lacking: readonly string[];
}

/**
 * Files for the leaderboard of Chinese BabyLM 2026, one a row: `{"zhoblimp": {"accuracy": 0.59}, …}`, shares of 1, tasks that were not run left out,
 * as the README of the organisers' pipeline shows what its `gather --export` writes. Of several seeds the first, for a model is handed in and no mean.
 */
export const leaderboardFiles = ({ rows, cells, recipe }: JudgedRecipe): LeaderboardFile[] =>
  rows.map((row) => {
    const asked = recipe.published[0]?.columns ?? [];
    const found = asked.flatMap((task): [string, { readonly accuracy: number }][] => {
      const first = cells.find((cell) => cell.row === row && cell.column === task)?.seeds[0];
      return first ? [[task, { accuracy: first.value / 100 }]] : [];
    });
    const lacking = asked.filter((task) => !found.some(([name]) => name === task));
    return {
      row,
      text: `${JSON.stringify(Object.fromEntries(found), null, 2)}\n`,
      lacking: [...lacking, ...unanswered],
    };
  });
