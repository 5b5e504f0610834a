import type { Tensor } from '@cloze/backend';
import type { ObjectiveValue } from './objective.ts';

/**
 * The logits in an objective's output: what `pick` takes of it, or the output itself.
 *
 * @throws {TypeError} when the objective gives no output, or there is no tensor where one is expected @internal
 */
export function outputOf<O>(where: string, { output }: ObjectiveValue<O>, pick?: (output: O) => Tensor): Tensor {
  if (output === undefined)
    throw new TypeError(`${where}: the objective gives no output; build it with objectiveOf(model, loss).`);
  const picked = pick ? pick(output) : (output as unknown as Tensor);
  if (!Array.isArray(picked?.shape))
    throw new TypeError(
      `${where}: the model's output is no tensor; say which part of it holds the logits by 'logits'.`,
    );
  return picked;
}
