import type { Arm, Recipe } from '../recipes/define-recipe.ts';
import type { RunSpec } from './run-spec.ts';

/** The arm of a spec, its settings included already. */
export const resolveArm = (_recipe: Recipe, { arm, row }: RunSpec): Arm => ({ name: arm, row, set: {} });
