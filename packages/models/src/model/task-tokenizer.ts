import type { TaskTokenizer } from '../tasks/prepared-task.ts';
import type { LoadedModel } from './loaded-model.ts';

/** A model's tokenizer as tasks encode by it. @param maximumLength rows are cut there @throws {RangeError} for a length beyond the model's longest row */
export function taskTokenizer(model: Pick<LoadedModel, 'tokenizerOf'>, maximumLength: number): TaskTokenizer {
  return { ...model.tokenizerOf(maximumLength), maximumLength, uncut: () => model.tokenizerOf() };
}
