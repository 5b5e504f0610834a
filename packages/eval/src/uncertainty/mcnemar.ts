import { checkValues } from '@cloze/checks';
import { checkJudgements } from '../checks/judgements.ts';
import { sameLength } from '../checks/same-length.ts';

/**
 * Exact two-sided McNemar test of two classifiers on the same examples (McNemar 1947, binomial form).
 *
 * @throws {TypeError} for judgements that are none @throws {RangeError} for lists of different or zero length
 */
export function mcnemar(
  rightA: ArrayLike<boolean | number>,
  rightB: ArrayLike<boolean | number>,
): { readonly onlyA: number; readonly onlyB: number; readonly p: number } {
  checkValues('mcnemar', 'rightA', rightA);
  checkValues('mcnemar', 'rightB', rightB);
  sameLength('mcnemar', ['judgements of A', rightA], ['of B', rightB]);
  checkJudgements('mcnemar', 'rightA', rightA);
  checkJudgements('mcnemar', 'rightB', rightB);
  let [onlyA, onlyB] = [0, 0];
  for (let i = 0; i < rightA.length; i++) {
    if (rightA[i] && !rightB[i]) onlyA++;
    if (!rightA[i] && rightB[i]) onlyB++;
  }
  const n = onlyA + onlyB;
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(onlyA, onlyB); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return { onlyA, onlyB, p: n === 0 ? 1 : Math.min(1, 2 * tail) };
}
