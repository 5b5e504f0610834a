import type { ObjectiveValue } from './objective.ts';

/** What the model of an objective gave. @throws {TypeError} when the objective gives no output @internal */
export function outputOf<O>(where: string, { output }: ObjectiveValue<O>): O {
  if (output === undefined)
    throw new TypeError(`${where}: the objective gives no output; build it with objectiveOf(model, loss).`);
  return output;
}
