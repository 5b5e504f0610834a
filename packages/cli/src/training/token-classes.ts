import { openTable } from '@cloze/datasets/node';
import { UsageError } from '../terminal/usage-error.ts';

/** Classes of tokens by their text, of a table with the columns token and class. @throws {UsageError} for a table without them, and naming the rows that lack one or repeat a token {TableError} for a file that is no table */
export async function readTokenClasses(file: string): Promise<Readonly<Record<string, string>>> {
  const { columns, rows } = await openTable(file);
  const lacking = ['token', 'class'].filter((name) => !columns.includes(name));
  if (lacking.length > 0)
    throw new UsageError(
      `--adaptive-classes ${file} has no column ${lacking.join(' and no column ')}; there are ${columns.join(', ')}.`,
    );
  const classes = new Map<string, string>();
  const wrong: string[] = [];
  for (const [i, { token, class: name }] of rows.entries()) {
    if (typeof token !== 'string' || token === '' || typeof name !== 'string' || name === '')
      wrong.push(`row ${i + 1} lacks a token or its class`);
    else if (classes.has(token)) wrong.push(`row ${i + 1} has '${token}' again`);
    else classes.set(token, name);
  }
  if (wrong.length > 0)
    throw new UsageError(
      `--adaptive-classes ${file}: ${wrong.slice(0, 5).join('; ')}${wrong.length > 5 ? `; and ${wrong.length - 5} more` : ''}.`,
    );
  return Object.fromEntries(classes);
}
