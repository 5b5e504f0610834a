import { nearestName } from '@cloze/checks';
import { UsageError } from 'cloze/terminal';
import { attentionDiversityRecipe } from './attention-diversity.ts';
import { babyLm } from './babylm.ts';
import { clueRecipe } from './clue.ts';
import { corruptionPrediction } from './corruption-prediction.ts';
import { cslTitleRecipe } from './csl-title.ts';
import type { Recipe } from './define-recipe.ts';
import { dropToken } from './drop-token.ts';
import { embeddingCorrection } from './embedding-correction.ts';
import { glueRecipe } from './glue.ts';
import { macBertRecipe } from './mac-bert.ts';
import { mae } from './mae.ts';
import { maskRate } from './mask-rate.ts';
import { modelAverageRecipe } from './model-average.ts';
import { modernBlock } from './modern-block.ts';
import { objectiveMix } from './objective-mix.ts';
import { optimiserRecipe } from './optimiser.ts';
import { pretrain } from './pretrain.ts';
import { rDropRecipe } from './r-drop.ts';
import { semiSupervised } from './semi-supervised.ts';
import { simCse } from './sim-cse.ts';
import { staticSplit } from './static-split.ts';
import { tta } from './t-ta.ts';

/** Every recipe, in the order in which they are best read. */
export const allRecipes: readonly Recipe[] = [
  pretrain,
  dropToken,
  rDropRecipe,
  cslTitleRecipe,
  semiSupervised,
  maskRate,
  corruptionPrediction,
  tta,
  mae,
  embeddingCorrection,
  modelAverageRecipe,
  macBertRecipe,
  attentionDiversityRecipe,
  staticSplit,
  simCse,
  clueRecipe,
  glueRecipe,
  modernBlock,
  objectiveMix,
  optimiserRecipe,
  babyLm,
];

/** The recipe of a name. @throws {UsageError} with the nearest name */
export function recipeOf(name: string): Recipe {
  const found = allRecipes.find((recipe) => recipe.name === name);
  if (found) return found;
  throw new UsageError(
    `there is no recipe '${name}'; ${nearestName(
      name,
      allRecipes.map((recipe) => recipe.name),
    )}`,
  );
}
