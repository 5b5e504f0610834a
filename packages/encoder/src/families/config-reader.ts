import type { Activation } from '../config/encoder-config.ts';

const activations: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
};

/** Reads keys of a `config.json` and notes every problem instead of stopping at the first. */
export interface ConfigReader {
  readonly problems: string[];
  /** A finite number. */
  number(key: string, fallback?: number): number;
  /** One of the known strings. */
  choice<T extends string>(key: string, known: readonly T[], fallback: T): T;
  /** A curve by transformers' name; other names of the same curve are known. */
  activation(key: string): Activation;
  /** Whether the key is `true`. */
  flag(key: string): boolean;
}

/** A reader of this file. */
export function configReader(file: Readonly<Record<string, unknown>>): ConfigReader {
  const problems: string[] = [];
  return {
    problems,
    number: (key, fallback) => {
      const value = file[key] ?? fallback;
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      problems.push(`'${key}' must be a number, got ${JSON.stringify(file[key])}`);
      return Number.NaN;
    },
    choice: (key, known, fallback) => {
      const value = file[key] ?? fallback;
      const found = known.find((name) => name === value);
      if (found === undefined) problems.push(`'${key}' must be ${known.join(' or ')}, got '${value}'`);
      return found ?? fallback;
    },
    activation: (key) => {
      const value = file[key] ?? 'gelu';
      const found = typeof value === 'string' && Object.hasOwn(activations, value) ? activations[value] : undefined;
      if (found === undefined)
        problems.push(`'${key}' must be one of ${Object.keys(activations).join(', ')}, got '${value}'`);
      return found ?? 'gelu';
    },
    flag: (key) => file[key] === true,
  };
}
