import { InvalidArgumentError } from 'commander';

/** Something by its name with options, as plain data. */
export interface NamedData {
  readonly name: string;
  readonly [option: string]: unknown;
}

const isNamed = (value: unknown): value is NamedData =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';

/** Parses `r-drop`, `r-drop:alpha=4,scaling=paper`, or the same as JSON, `{"name": "r-drop", "alpha": 4}`. */
export function namedData(text: string): NamedData {
  if (text.trimStart().startsWith('{')) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new InvalidArgumentError(`is no JSON: ${error instanceof Error ? error.message : error}.`);
    }
    if (!isNamed(value)) throw new InvalidArgumentError('expected JSON with a "name".');
    return value;
  }
  const [name, rest] = [text.split(':', 1)[0] as string, text.slice(text.indexOf(':') + 1)];
  if (!text.includes(':')) return { name };
  const options = rest.split(',').map((part) => {
    const [key, value, ...more] = part.split('=');
    if (!key || value === undefined || value === '' || more.length > 0)
      throw new InvalidArgumentError(`expected NAME:option=value,option=value; got '${part}'.`);
    return [key, Number.isNaN(Number(value)) ? value : Number(value)] as const;
  });
  return { ...Object.fromEntries(options), name };
}
