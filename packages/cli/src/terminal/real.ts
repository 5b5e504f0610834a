import { InvalidArgumentError } from 'commander';

/** A parser of command-line numbers. */
export function real(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a number, got '${text}'.`);
  return value;
}

/** A parser of numbers with commas between. */
export const reals = (text: string): readonly number[] => text.split(',').map(real);

/** A parser of names with commas between. */
export const names = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
