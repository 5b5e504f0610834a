import { whatIs } from '@cloze/checks';

/** Refuses what is no judgement: the string 'false' would count as right. @throws {TypeError} unless all are true, false, 1 or 0 */
export function checkJudgements(where: string, name: string, values: ArrayLike<unknown>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== true && value !== false && value !== 0 && value !== 1)
      throw new TypeError(`${where}: ${name}[${i}] is ${whatIs(value)}, expected true or false, 1 or 0.`);
  }
}
