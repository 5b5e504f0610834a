import { pushFolder } from '@cloze/encoder/node';
import type { Command } from 'commander';
import { UsageError } from '../terminal/usage-error.ts';

interface PushCommandOptions {
  readonly hubUrl?: string;
  readonly token?: string;
  readonly branch?: string;
  readonly private?: boolean;
  readonly json: boolean;
}

/** Uploads a saved model to a hub. */
export async function pushCommand(
  folder: string,
  id: string,
  { hubUrl, token = process.env.HF_TOKEN, branch, private: hidden, json }: PushCommandOptions,
): Promise<void> {
  if (!token) throw new UsageError('no token: set HF_TOKEN, or give --token.');
  const pushed = await pushFolder(folder, id, {
    accessToken: token,
    ...(hubUrl !== undefined && { hubUrl }),
    ...(branch !== undefined && { branch }),
    ...(hidden !== undefined && { private: hidden }),
  });
  process.stdout.write(
    json
      ? `${JSON.stringify({ id, ...pushed })}\n`
      : `${pushed.files.length} files, ${(pushed.bytes / 1e6).toFixed(1)} MB   → ${pushed.commitUrl}\n`,
  );
}

/** Declares `cloze push`. */
export function addPush(program: Command): void {
  program
    .command('push')
    .description('upload a saved model to a hub, in one commit')
    .argument('<model>', 'a folder that --out of fine-tune, pretrain or trim wrote')
    .argument('<id>', 'OWNER/NAME; made if it is not there')
    .option('--hub-url <url>', "default the hub's own")
    .option('--token <token>', 'default HF_TOKEN of the environment, where other users of the machine do not see it')
    .option('--branch <name>', 'default main')
    .option('--private', 'a repository that is made is private')
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: HF_TOKEN=… cloze push reviews-model me/reviews')
    .action(pushCommand);
}
