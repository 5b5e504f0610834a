import type { Example, PreparedTask } from '../tasks/prepared-task.ts';

/** Flaws that are told one by one. */
const shown = 5;

/**
 * What is learnt from examples: each as it is, or as many as a task makes of it; those that nothing can be learnt from are counted and named.
 *
 * @param what names the rows in messages @throws {RangeError} when nothing can be learnt from any
 */
export function lessonsFrom<Input, Target>(
  what: string,
  examples: readonly Example<Input, Target>[],
  { lessonsOf, flawOf }: Pick<PreparedTask<Input, unknown, Target>, 'lessonsOf' | 'flawOf'>,
  say: (line: string) => void = () => {},
): readonly Example<Input, Target>[] {
  if (!lessonsOf) return examples;
  const lessons = examples.flatMap(lessonsOf);
  const flaws = examples.flatMap((example) => {
    const flaw = flawOf?.(example);
    return flaw === undefined ? [] : [`row ${example.row}: ${flaw}`];
  });
  const listed = `${flaws.slice(0, shown).join('; ')}${flaws.length > shown ? '; …' : ''}`;
  if (lessons.length === 0 && examples.length > 0)
    throw new RangeError(`${what}: nothing can be learnt from any of ${examples.length} rows (${listed}).`);
  if (flaws.length > 0) say(`${what}: ${flaws.length} of ${examples.length} rows are not learnt from (${listed}).`);
  return lessons;
}
