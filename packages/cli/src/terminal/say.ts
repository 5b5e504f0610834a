import { printable } from './printable.ts';

/** Tells a line on standard error: what a program's own output is not. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** The same for a line that holds what somebody else wrote, such as a name in a record: nothing in it moves the cursor. */
export const sayPrintable = (line: string): void => say(printable(line));
