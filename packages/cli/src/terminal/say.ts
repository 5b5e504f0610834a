/** Tells a line on standard error: what a program's own output is not. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
