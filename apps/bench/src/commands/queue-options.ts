import { connectQueue, type QueueAccess, type QueueAddress, type QueueClient, queueAddress } from '@cloze/sweeps/node';
import { UsageError } from 'cloze/terminal';
import { type Command, InvalidArgumentError } from 'commander';
import { fileName } from '../runs/file-name.ts';

/** Options of every command that goes to a queue. */
export interface QueueOptions extends QueueAccess {
  readonly name: string;
}

/** Declares them. */
export const queueOptions = (command: Command): Command =>
  command
    .option('--queue <address>', 'redis://host:port, rediss:// with TLS; or CLOZE_QUEUE in the environment')
    .option(
      '--name <name>',
      'the sweep, where a server has several',
      (text) => {
        if (fileName.safeParse(text).success) return text;
        throw new InvalidArgumentError(`expected a name of letters, digits, dots and dashes, got '${text}'.`);
      },
      'sweep',
    )
    .option('--password-file <file>', "the server's password; or CLOZE_QUEUE_PASSWORD in the environment")
    .option('--ca <file>', 'certificates that are trusted, PEM; or CLOZE_QUEUE_CA in the environment');

/** The queue that options or environment name; undefined where neither does. @throws {UsageError} for what is no address, and files that cannot be read */
export function addressOf({ queue, passwordFile, ca }: QueueOptions): QueueAddress | undefined {
  try {
    return queueAddress({ queue, passwordFile, ca }, process.env);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Connects to the queue that options or environment name. @throws {UsageError} where neither names one */
export async function openQueue(
  options: QueueOptions,
  say: (line: string) => void,
): Promise<{ readonly client: QueueClient; readonly address: QueueAddress }> {
  const address = addressOf(options);
  if (!address)
    throw new UsageError('give the queue with --queue redis://host:port, or CLOZE_QUEUE in the environment.');
  return { client: await connectQueue(address, say), address };
}
