import type { LoadedModel } from './loaded-model.ts';

/**
 * Where a model's answer for the token at a column stands: there, or one place earlier where its outputs name the next token (`predictsNext`).
 *
 * @throws {Error} for the first column of such a model, which nothing stands before
 */
export function answerColumn({ config, name }: Pick<LoadedModel, 'config' | 'name'>, column: number): number {
  if (!config.predictsNext) return column;
  if (column === 0)
    throw new Error(`${name} names the token behind each output, so it has no answer for the first token of a row.`);
  return column - 1;
}
