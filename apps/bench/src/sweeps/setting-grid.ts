import { sha256 } from '@cloze/sweeps/node';
import { UsageError } from 'cloze/terminal';
import { parseAssignment } from '../recipes/settings.ts';

/** One choice of every setting that a sweep varies. */
export interface GridPoint {
  readonly changes: Readonly<Record<string, unknown>>;
  /** Settings that have several values, as part of a folder's name; empty where none has. */
  readonly label: string;
}

/** Text cut at commas that stand in no brackets, braces or quotes. */
function cutAtCommas(text: string): string[] {
  const parts: string[] = [];
  let [depth, quoted, from] = [0, false, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (quoted && sign === '\\') at++;
    else if (sign === '"') quoted = !quoted;
    else if (quoted) continue;
    else if ('[{'.includes(sign)) depth++;
    else if (']}'.includes(sign)) depth--;
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** Letters, digits, dots and dashes of a text; what had others, or is long, is told apart by its hash. */
function asName(text: string): string {
  const plain = text.replaceAll(/[^\w.=,-]+/g, '-');
  return plain === text && text.length <= 80 ? text : `${plain.slice(0, 60)}-${sha256(text).slice(0, 8)}`;
}

/**
 * Every combination of `path=a,b,c`, the last path varying fastest; commas in brackets, braces or quotes are part of a value.
 *
 * @throws {UsageError} for a path that is given twice, a value that is, or an empty one
 */
export function settingGrid(assignments: readonly string[]): GridPoint[] {
  const axes = assignments.map((text) => {
    const equals = text.indexOf('=');
    const path = text.slice(0, Math.max(0, equals));
    const values = cutAtCommas(text.slice(equals + 1));
    if (equals > 0 && values.some((value) => value === ''))
      throw new UsageError(`--set ${text}: an empty value; expected path=a,b,c, such as train.steps=200,400.`);
    if (new Set(values).size < values.length) throw new UsageError(`--set ${text}: a value stands there twice.`);
    return values.map((value) => ({ assigned: parseAssignment(`${path}=${value}`), several: values.length > 1 }));
  });
  const paths = axes.map((axis) => axis[0]?.assigned[0]);
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined)
    throw new UsageError(`--set ${twice} is given twice; put its values behind one: ${twice}=a,b.`);
  type Choice = (typeof axes)[number][number];
  const points = axes.reduce<Choice[][]>(
    (held, axis) => held.flatMap((before) => axis.map((choice) => before.concat(choice))),
    [[]],
  );
  return points.map((choices) => ({
    changes: Object.fromEntries(choices.map(({ assigned }) => assigned)),
    label: asName(
      choices
        .filter(({ several }) => several)
        .map(({ assigned: [path, value] }) => `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(','),
    ),
  }));
}
