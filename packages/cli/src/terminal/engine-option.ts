import { type EngineName, engineNames, type Placement } from '@cloze/backend';
import { type Command, Option } from 'commander';
import { say } from './say.ts';
import { whole } from './whole.ts';

/** `--engine`, the same in every command. */
export const engineOption = () => new Option('--engine <name>', 'default: the best that works').choices(engineNames);

/** More threads than any machine has cores: a process that starts more is ended by the system. */
export const mostThreads = 4096;

/** `--threads`, the same in every command that opens a model. */
export const threadsOption = () =>
  new Option('--threads <number>', 'inside one operation; default: all cores').argParser(whole(1, mostThreads));

/** What `--engine` and `--threads` say. */
export interface EngineOptions {
  readonly engine?: EngineName | undefined;
  readonly threads?: number | undefined;
  readonly specialInText?: 'apart' | 'ordinary' | undefined;
}

/** `--special-in-text`, of commands that read texts which spell special tokens by chance. */
export const specialInTextOption = () =>
  new Option(
    '--special-in-text <how>',
    'how a special token that a text spells counts, such as [SEP]: never scored (apart), or as any other (ordinary); default apart',
  ).choices(['apart', 'ordinary']);

/** Adds `--engine` and `--threads`. */
export const addEngineOptions = (command: Command): Command =>
  command.addOption(engineOption()).addOption(threadsOption());

/** Where a model is opened, as the options say; what there is to know of its files goes to standard error. */
export const engineOf = ({
  engine,
  threads,
  specialInText,
}: EngineOptions): {
  readonly engine: EngineName | undefined;
  readonly placement: Placement;
  readonly say: (line: string) => void;
  readonly specialInText?: 'apart' | 'ordinary';
} => ({
  engine,
  placement: threads === undefined ? {} : { intraOpThreads: threads },
  say,
  ...(specialInText && { specialInText }),
});
