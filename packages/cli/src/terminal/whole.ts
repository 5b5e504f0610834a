import { InvalidArgumentError } from 'commander';

/** A parser of command-line whole numbers from `least` on, to `most`; the default is the largest that any engine counts to. */
export const whole =
  (least: number, most = 2147483647) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, got '${text}'.`);
    return value;
  };
