import type { Activation } from '../config/encoder-config.ts';

const activations: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_python_tanh: 'gelu_new',
  gelu_accurate: 'gelu_new',
  gelu_fast: 'gelu_new',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
};

/** The curve of transformers' name for it; undefined for one that is not built here. */
export const activationNamed = (name: unknown): Activation | undefined =>
  typeof name === 'string' && Object.hasOwn(activations, name) ? activations[name] : undefined;

/** Keys that transformers' own files have as null where nothing is asked; any other null it refuses. */
const nullMeansUnsaid: ReadonlySet<string> = new Set([
  'classifier_dropout',
  'cls_dropout',
  'embedding_size',
  'pad_token_id',
]);

/** A value as the file may have said it: JSON has no word for a number that is too large. */
const said = (value: unknown) => (typeof value === 'number' ? String(value) : JSON.stringify(value));

/** Reads keys of a `config.json` and notes every problem instead of stopping at the first. */
export interface ConfigReader {
  readonly problems: string[];
  /** A finite number. */
  number(key: string, fallback?: number): number;
  /** A whole number from 1 to a bound that no published model comes near: what is made of it must not be at a file's mercy. */
  size(key: string, most: number, fallback?: number): number;
  /** One of the known strings. */
  choice<T extends string>(key: string, known: readonly T[], fallback: T): T;
  /** A curve by transformers' name; other names of the same curve are known. */
  activation(key: string, fallback?: Activation): Activation;
  /** Whether the key is `true`; it must be true, false or absent. @param fallback where it is absent, default false */
  flag(key: string, fallback?: boolean): boolean;
  /** What the key says, unjudged. */
  value(key: string): unknown;
}

/** A reader of this file. */
export function configReader(file: Readonly<Record<string, unknown>>): ConfigReader {
  const problems: string[] = [];
  const number = (key: string, fallback?: number) => {
    const value = nullMeansUnsaid.has(key) ? (file[key] ?? fallback) : file[key] === undefined ? fallback : file[key];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    // What it falls back to is noted where that was read.
    if (!Number.isNaN(value)) problems.push(`'${key}' must be a number, got ${said(value)}`);
    return Number.NaN;
  };
  return {
    problems,
    number,
    size: (key, most, fallback) => {
      const value = number(key, fallback);
      if (Number.isNaN(value) || (Number.isInteger(value) && value >= 1 && value <= most)) return value;
      problems.push(`'${key}' must be a whole number from 1 to ${most}, got ${value}`);
      return Number.NaN;
    },
    choice: (key, known, fallback) => {
      const value = file[key] ?? fallback;
      const found = known.find((name) => name === value);
      if (found === undefined) problems.push(`'${key}' must be ${known.join(' or ')}, got ${said(value)}`);
      return found ?? fallback;
    },
    activation: (key, fallback = 'gelu') => {
      const value = file[key] === undefined ? fallback : file[key];
      const found = activationNamed(value);
      if (found === undefined)
        problems.push(`'${key}' must be one of ${Object.keys(activations).join(', ')}, got ${said(value)}`);
      return found ?? 'gelu';
    },
    flag: (key, fallback = false) => {
      const value = file[key] === undefined ? fallback : file[key];
      if (typeof value === 'boolean') return value;
      problems.push(`'${key}' must be true or false, got ${said(value)}`);
      return fallback;
    },
    value: (key) => file[key],
  };
}
