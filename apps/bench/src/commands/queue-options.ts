import { UsageError } from 'cloze/terminal';
import { type Command, InvalidArgumentError } from 'commander';
import type { Redis } from 'ioredis';
import { fileName } from '../runs/file-name.ts';
import { connectQueue } from '../sweeps/connect-queue.ts';
import { type QueueAccess, type QueueAddress, queueAddress } from '../sweeps/queue-address.ts';

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

/**
 * Connects to the queue that options or environment name; the password leaves the environment, so that no child is given it.
 *
 * @throws {UsageError} where neither names one
 */
export async function openQueue(
  options: QueueOptions,
  say: (line: string) => void,
): Promise<{ readonly client: Redis; readonly address: QueueAddress }> {
  const address = queueAddress(options, process.env);
  if (!address)
    throw new UsageError('give the queue with --queue redis://host:port, or CLOZE_QUEUE in the environment.');
  return { client: await connectQueue(address, say), address };
}
