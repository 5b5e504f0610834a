import { fgm } from '../adversarial/fgm.ts';
import { fgsm } from '../adversarial/fgsm.ts';
import { pgd } from '../adversarial/pgd.ts';
import { attentionDiversity } from '../attention/attention-diversity.ts';
import { rDrop } from '../consistency/r-drop.ts';
import type { Objective } from '../objective/objective.ts';
import type { TaskOutput } from '../objective/task-output.ts';
import { leafAt } from '../scope/leaf-at.ts';
import { occurrenceScope } from '../scope/occurrence-scope.ts';
import type { PathScope } from '../scope/scope.ts';
import { tableScope } from '../scope/table-scope.ts';
import { gradientPenalty } from '../smoothness/gradient-penalty.ts';
import { randomNoise } from '../smoothness/random-noise.ts';
import { labelSmoothing } from '../targets/label-smoothing.ts';
import { type RegulariserData, regulariserNamed } from './regulariser-data.ts';

/** Where a model's parameters and batches hold what regularisers look for. */
export interface Places {
  /** Path of the token table among the parameters, default `encoder/embeddings/tokenTable`. */
  readonly table?: string;
  /** Path of the token ids in the batch, default `ids`. */
  readonly ids?: string;
  /** Path in the batch of the weights of the logits, for terms that are averaged over tokens; default all alike. */
  readonly weights?: string;
  /** Where a head tied to the table finds its own matrix; default none. */
  readonly tied?: string;
}

/** Regularises the objective of a task. */
export type TaskRegulariser = <P, B, O extends TaskOutput>(objective: Objective<P, B, O>) => Objective<P, B, O>;

/**
 * The regulariser that plain data names: `regulariserFrom({ name: 'r-drop', alpha: 4 })(objective)`.
 *
 * Options are those of the function of that name. Where a perturbation acts by default is what the articles' code does: FGM, FGSM, PGD and
 * random noise over the whole token table, the gradient penalty over occurrences.
 *
 * @param places where the token table and ids are, for those that perturb
 * @throws {RangeError} naming everything that is wrong, and the name that may have been meant
 */
export function regulariserFrom(data: RegulariserData, places: Places = {}): TaskRegulariser {
  const checked = regulariserNamed(data);
  return (objective) => regularised(objective, checked, places);
}

/** Options of a function, without the name that chose it. */
const optionsOf = <T extends RegulariserData>({ name: _name, ...options }: T) => options;

function regularised<P, B, O extends TaskOutput>(
  objective: Objective<P, B, O>,
  data: RegulariserData,
  { table = 'encoder/embeddings/tokenTable', ids = 'ids', tied, weights }: Places,
): Objective<P, B, O> {
  const scopeOver = (over: 'table' | 'occurrences'): PathScope =>
    over === 'table' ? tableScope(table) : occurrenceScope({ table, ids, ...(tied !== undefined && { tied }) });
  const weighed = weights === undefined ? {} : { weights: (batch: B) => leafAt(batch, weights, 'regulariserFrom') };
  const perturbing = <T extends Extract<RegulariserData, { readonly over?: 'table' | 'occurrences' }>>(
    { name: _name, over, ...options }: T,
    unsaid: 'table' | 'occurrences',
  ) => ({ ...options, scope: scopeOver(over ?? unsaid) });
  switch (data.name) {
    case 'r-drop':
      return rDrop(objective, { ...optionsOf(data), ...weighed });
    case 'label-smoothing':
      return labelSmoothing(objective, { ...optionsOf(data), ...weighed });
    case 'attention-diversity':
      return attentionDiversity(objective, optionsOf(data));
    case 'fgm':
      return fgm(objective, perturbing(data, 'table'));
    case 'fgsm':
      return fgsm(objective, perturbing(data, 'table'));
    case 'pgd':
      return pgd(objective, perturbing(data, 'table'));
    case 'random-noise':
      return randomNoise(objective, perturbing(data, 'table'));
    case 'gradient-penalty':
      return gradientPenalty(objective, perturbing(data, 'occurrences'));
  }
}
