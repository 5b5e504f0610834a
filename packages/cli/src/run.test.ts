import { readdirSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { commands } from './command-list.ts';
import { run } from './run.ts';

afterEach(() => vi.restoreAllMocks());
function listen() {
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  return { out, err };
}

it('lists every command that has a file, and declares it under its name', async () => {
  const files = readdirSync(new URL('./commands', import.meta.url)).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  expect(commands.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
  const { Command } = await import('commander');
  for (const { name, load } of commands) {
    const program = new Command('cloze');
    (await load())(program);
    expect(program.commands.map((command) => command.name())).toEqual([name]);
  }
});

it('help names them all; without a command it is wrong usage', async () => {
  const { out } = listen();
  expect(await run(['--help'])).toBe(0);
  for (const { name, about } of commands) expect(out.join('')).toMatch(new RegExp(`${name} +${about.slice(0, 10)}`));
  expect(await run([])).toBe(2);
});

it('an unknown command or option is wrong usage, with the nearest name', async () => {
  const { err } = listen();
  expect(await run(['fil', '[MASK]'])).toBe(2);
  expect(err.join('')).toBe("cloze: 'fil' is no command. Did you mean 'fill'? See cloze --help.\n");
  err.length = 0;
  expect(await run(['help', 'scor'])).toBe(2);
  expect(err.join('')).toBe("cloze: 'scor' is no command. Did you mean 'score'? See cloze --help.\n");
  expect(await run(['fill', '[MASK]', '--modle', 'x'])).toBe(2);
  expect(err.join('')).toContain('--model');
});

it("a command's failure is one sentence and exit code 1", async () => {
  const { err } = listen();
  expect(await run(['fill', '[MASK]', '--model', 'no/such/folder/here'])).toBe(1);
  expect(err.join('')).toMatch(/^cloze: 'no\/such\/folder\/here' is no folder here[^\n]*\n$/);
});
