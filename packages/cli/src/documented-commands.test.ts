import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from './command-list.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const markdown = (folder: string): string[] =>
  readdirSync(join(root, folder)).flatMap((name) => (name.endsWith('.md') ? [join(folder, name)] : []));
const pages = [
  'README.md',
  ...markdown('docs'),
  ...markdown('docs/guides'),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
];
/** Command lines of fences and of code in the text, `npx cloze …`, without their comments; a line that ends in a backslash goes on. */
const lines = pages.flatMap((page) =>
  [
    ...readFileSync(join(root, page), 'utf8')
      .replace(/\\\n\s*/g, '')
      .matchAll(/npx cloze ([^`\n]+)/g),
  ].map(([, line = '']) => [page, line.replace(/\s#.*$/, '').trim()] as const),
);
/** Words of a line as a shell parts them; what follows a pipe is another program's. */
const wordsOf = (line: string) =>
  [...(line.split(' | ')[0] as string).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );

/** The program as it is, whose commands do nothing. */
async function program(): Promise<Command> {
  const made = new Command('cloze').exitOverride();
  for (const { load } of commands) (await load())(made);
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    command.action(() => {});
    for (const one of command.commands) silence(one);
  };
  silence(made);
  return made;
}

describe('a command that a page shows', () => {
  it('there are some', () => expect(lines.length).toBeGreaterThan(15));

  it.each(lines.filter(([, line]) => !/[…]|^--help/.test(line)))('%s: cloze %s', async (_page, line) => {
    const words = wordsOf(line);
    // What asks for help says all there is; it ends as an error of its own.
    const asksHelp = words.includes('--help');
    const parsed = (await program()).parseAsync(['node', 'cloze', ...words]);
    if (asksHelp) await expect(parsed).rejects.toMatchObject({ code: 'commander.helpDisplayed' });
    else await expect(parsed).resolves.toBeDefined();
  });
});
