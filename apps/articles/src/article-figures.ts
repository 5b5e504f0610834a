import {
  forestPlot,
  type JudgedRecipe,
  judgeSeries,
  learningCurves,
  type RunRecord,
  rateSweep,
  recipeOf,
} from '@cloze/bench';
import type { Figure } from '@cloze/quick-start';
import { alongThePath } from './along-the-path.ts';
import { heldOutByRate } from './held-out-by-rate.ts';
import { whatIsHidden, whatIsRemoved } from './what-is-hidden.ts';
import { whichInputsCount } from './which-inputs-count.ts';

/** A figure of a recipe's runs. @throws where there are none that it could show */
function ofRuns(
  draw: (judged: JudgedRecipe) => Figure | undefined,
  recipe: string,
  records: readonly RunRecord[],
): Figure {
  // The table with most runs, where runs from several encoders are kept apart.
  const [most] = judgeSeries(recipeOf(recipe), records).sort((a, b) => b.records.length - a.records.length);
  const figure = most && draw(most);
  if (!figure) throw new Error(`there is no finished run of '${recipe}' that its figure could show.`);
  return figure;
}

/**
 * The figures of the pages in `docs/articles`, by the names under which those pages show them.
 *
 * @param records finished runs, such as those of `records/`
 */
export async function articleFigures(records: readonly RunRecord[]): Promise<ReadonlyMap<string, Figure>> {
  return new Map([
    ['which-inputs-count', whichInputsCount()],
    ['what-is-hidden', await whatIsHidden()],
    ['what-is-removed', await whatIsRemoved()],
    ['along-the-path', await alongThePath()],
    ['mask-rate-held-out', ofRuns(heldOutByRate, 'mask-rate', records)],
    ['drop-token-accuracy', ofRuns(rateSweep, 'drop-token', records)],
    ['r-drop-losses', ofRuns(learningCurves, 'r-drop', records)],
    ['r-drop-differences', ofRuns(forestPlot, 'r-drop', records)],
  ]);
}
