import { InvalidArgumentError } from 'commander';

/** A parser of command-line whole numbers from `least` on. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > 2147483647)
      throw new InvalidArgumentError(`expected a whole number from ${least} to 2147483647, got '${text}'.`);
    return value;
  };
