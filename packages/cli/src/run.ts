import { commands } from './command-list.ts';

/** The help that needs nothing loaded. */
function help(): string {
  // Commands are few: at most some dozens.
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return `cloze: masked language models from the terminal

Usage: cloze COMMAND [options]    cloze COMMAND --help

${lines.join('\n')}

Every command takes a file or - (standard input) and --json (one object a line on standard output). Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.

Example: npx cloze fill "床前明月[MASK]" --model bert-base-chinese
`;
}

/** Runs `cloze` on its arguments; only the command asked for is loaded. @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by a signal */
export async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  const wanted = name === 'help' ? [rest[0] as string, '--help'] : [name, ...rest];
  const listed = commands.find((command) => command.name === wanted[0]);
  if (!listed) {
    const { editDistance } = await import('@cloze/checks');
    const unknown = wanted[0] as string;
    const away = (known: string) => editDistance(known, unknown);
    const [nearest] = commands.map((command) => command.name).sort((a, b) => away(a) - away(b));
    const meant = away(nearest as string) <= 2 ? ` Did you mean '${nearest}'?` : '';
    process.stderr.write(`cloze: '${unknown}' is no command.${meant} See cloze --help.\n`);
    return 2;
  }
  const [{ Command }, { endInOneSentence, exitCodeOf }, add] = await Promise.all([
    import('commander'),
    import('./terminal/exit.ts'),
    listed.load(),
  ]);
  endInOneSentence('cloze');
  const program = new Command('cloze').exitOverride().showSuggestionAfterError();
  add(program);
  try {
    await program.parseAsync(['node', 'cloze', ...wanted]);
    return 0;
  } catch (error) {
    return exitCodeOf('cloze', error);
  }
}
