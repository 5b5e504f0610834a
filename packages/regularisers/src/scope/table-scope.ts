import { leafAt } from './leaf-at.ts';
import type { PathScope } from './scope.ts';
import { withLeaf } from './with-leaf.ts';

/**
 * A whole parameter, such as the token table `[vocabulary, width]`: all occurrences of a token share one perturbation.
 *
 * That is what the articles' code does. An output layer tied to the table is perturbed with it.
 *
 * @param path of the parameter, such as `encoder/embeddings/tokenTable` @throws {RangeError} (on a call) where there is none
 */
export function tableScope(path: string): PathScope {
  return {
    rows: 'table',
    of: (parameters) => leafAt(parameters, path, 'tableScope'),
    put: (parameters, batch, x) => [withLeaf(parameters, path, x), batch],
  };
}
