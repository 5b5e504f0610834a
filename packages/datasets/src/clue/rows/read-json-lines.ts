import { parseJson } from '../../tables/parse-json.ts';
import type { ClueRow, ReadOptions, ReadRows } from '../clue-task.ts';
import { checkText } from './check-text.ts';
import { type LabelRules, readLabel } from './read-label.ts';
import { readLines } from './read-lines.ts';

/** Reads fields of one JSON object; what is wrong is noted, and a stand-in returned so that all of a line's problems are found. */
export interface Fields {
  /** A string that is not blank. */
  text(name: string): string;
  /** A string, or undefined where the field is absent or null. */
  optionalText(name: string): string | undefined;
  /** A list of strings that are not blank, at least one. */
  texts(name: string): readonly string[];
  /** A list of strings, blank ones too, at least one. */
  strings(name: string): readonly string[];
  /** Whether it is a list. */
  isList(name: string): boolean;
  /** The field as it stands. */
  raw(name: string): unknown;
  /** A whole number from 0 on, or undefined where the field is absent or null. */
  optionalWhole(name: string): number | undefined;
  /** A whole number from 0 on. */
  whole(name: string): number;
  /** Fields of an object inside. */
  inside(name: string): Fields;
  /** Notes a problem of the line. */
  problem(reason: string): void;
}

/** Whether a value of JSON is an object. @internal */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown) => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** Reads fields of an object, noting what is wrong. @param path stands before names in messages @internal */
export function fieldsOf(object: Readonly<Record<string, unknown>>, problems: string[], path = ''): Fields {
  // A field named like a method of Object's prototype is not there unless the file has it.
  const given = (name: string) => (Object.hasOwn(object, name) ? object[name] : undefined);
  const text = (name: string, value: unknown): string => {
    if (typeof value !== 'string') {
      problems.push(`${path}${name} is ${show(value)}, expected a text`);
      return '';
    }
    const wrong = checkText(value);
    if (wrong !== undefined) problems.push(`${path}${name} ${wrong}`);
    return value;
  };
  const whole = (name: string, value: unknown): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    problems.push(`${path}${name} is ${show(value)}, expected a whole number from 0 on`);
    return 0;
  };
  return {
    text: (name) => text(name, given(name)),
    optionalText: (name) => {
      const value = given(name) ?? undefined;
      if (value !== undefined && typeof value !== 'string')
        problems.push(`${path}${name} is ${show(value)}, expected a text`);
      return typeof value === 'string' ? value : undefined;
    },
    texts: (name) => {
      const value = given(name);
      if (!Array.isArray(value) || value.length === 0) {
        problems.push(`${path}${name} is ${show(value)}, expected a list of texts`);
        return [];
      }
      return value.map((item, index) => text(`${name}[${index}]`, item));
    },
    strings: (name) => {
      const value = given(name);
      const sound = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
      if (!sound) problems.push(`${path}${name} is ${show(value)}, expected a list of texts`);
      return sound ? value : [];
    },
    isList: (name) => Array.isArray(given(name)),
    raw: given,
    whole: (name) => whole(name, given(name)),
    optionalWhole: (name) => {
      const value = given(name) ?? undefined;
      return value === undefined ? undefined : whole(name, value);
    },
    inside: (name) => {
      const value = given(name);
      if (isObject(value)) return fieldsOf(value, problems, `${path}${name}.`);
      problems.push(`${path}${name} is ${show(value)}, expected an object`);
      // Its fields would only repeat that it is not there.
      return fieldsOf({}, [], '');
    },
    problem: (reason) => problems.push(reason),
  };
}

function readId(object: Readonly<Record<string, unknown>>, problems: string[]): number | string | undefined {
  for (const name of ['id', 'idx']) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' || Number.isSafeInteger(value)) return value as number | string;
    problems.push(`${name} is ${show(value)}, expected a whole number or a text`);
  }
  return undefined;
}

/**
 * Reads JSON lines: one object a line with the task's own fields, and `label` and `id` (or `idx`) as the file has them.
 *
 * @param build the task's own fields of a row; what it notes as a problem makes the line bad
 */
export function readJsonLines<Own extends object>(
  text: string,
  file: string,
  rules: LabelRules & ReadOptions,
  build: (fields: Fields) => Own,
): ReadRows<ClueRow & Own> {
  return readLines(text, file, (content, line) => {
    let object: unknown;
    try {
      object = parseJson(content);
    } catch (error) {
      return { problems: [`the line is no JSON: ${(error as Error).message}`] };
    }
    if (!isObject(object)) return { problems: [`the line is ${show(object)}, expected an object`] };
    const problems: string[] = [];
    const own = build(fieldsOf(object, problems));
    const id = readId(object, problems);
    // A task without labels writes texts.
    const label =
      rules.labels.length === 0
        ? ({ none: true } as const)
        : readLabel(Object.hasOwn(object, 'label') ? object.label : undefined, rules);
    if ('problem' in label) problems.push(label.problem);
    if (problems.length > 0) return { problems };
    if ('dropped' in label) return { dropped: label.dropped };
    return {
      row: { line, ...(id !== undefined && { id }), ...('label' in label && { label: label.label }), ...own },
    };
  });
}
