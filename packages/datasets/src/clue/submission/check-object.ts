import type { ClueProblem, ClueRow, ReadRows } from '../clue-task.ts';
import { isObject } from '../rows/read-json-lines.ts';

/** What is wrong with a file that is one JSON object of id to answer. @param problemOf what is wrong with an answer @internal */
export function checkObject(
  file: string,
  text: string,
  read: ReadRows<ClueRow>,
  problemOf: (value: unknown) => string | undefined,
): readonly ClueProblem[] {
  const whole = (reason: string): ClueProblem => ({ file, line: 0, reason });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [whole(`the file is no JSON: ${(error as Error).message}`)];
  }
  if (!isObject(value)) return [whole('the file is no object of id to answer')];
  const answers = value;
  const ids = read.rows.map(({ id }, index) => String(id ?? index));
  const known = new Set(ids);
  return [
    ...ids.flatMap((id) => {
      const wrong = Object.hasOwn(answers, id) ? problemOf(answers[id]) : 'has no answer';
      return wrong === undefined ? [] : [whole(`${id} ${wrong}`)];
    }),
    ...Object.keys(answers).flatMap((id) => (known.has(id) ? [] : [whole(`${id} is no id of ${read.file}`)])),
  ];
}
