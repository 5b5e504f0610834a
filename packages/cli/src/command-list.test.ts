import { Command, type Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from './command-list.ts';

const program = new Command('cloze').exitOverride();
for (const { load } of commands) (await load())(program);
/** Every command with those below it, by its words. */
const below = (command: Command, words: string): (readonly [string, Command])[] => [
  [words, command],
  ...command.commands.flatMap((one) => below(one, `${words} ${one.name()}`)),
];
const all = program.commands.flatMap((one) => below(one, one.name()));

for (const [, command] of all) command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });

const takesNumber = ({ flags }: Option) => /<(number|share|rate)>/.test(flags);
const taken = ({ parseArg }: Option, text: string): boolean => {
  try {
    parseArg?.(text, undefined);
    return true;
  } catch {
    return false;
  }
};

describe('every command', () => {
  it('is listed by its name', () => {
    expect(program.commands.map((one) => one.name())).toEqual(commands.map(({ name }) => name));
  });

  it.each(all)('%s: a number is one, and nothing else is taken for it', (_words, command) => {
    for (const option of command.options.filter(takesNumber)) {
      const text = ['', ' ', 'x', 'NaN', 'Infinity', '1e999', '1,5'].filter((one) => taken(option, one));
      expect(text, option.flags).toEqual([]);
      expect(
        ['8', '1', '0.5'].some((one) => taken(option, one)),
        option.flags,
      ).toBe(true);
    }
  });

  it.each(all)('%s: refuses an option that there is not', async (words) => {
    await expect(program.parseAsync(['node', 'cloze', ...words.split(' '), '--unheard-of'])).rejects.toMatchObject({
      code: expect.stringMatching(/unknownOption|missingMandatoryOptionValue/),
    });
  });
});
