import { parseArgs } from 'node:util';
import { diagnose } from '../engines/diagnose.ts';
import { type EngineName, engineNames } from '../engines/engine.ts';
import type { Surroundings } from './find-libtensorflow.ts';
import { installLibtensorflow } from './install-libtensorflow.ts';

const usage = `cloze-backend install   puts libtensorflow into the per-user cache, pinned by hash
  --gpu                   the build with CUDA (Linux x64)
  --dir FOLDER            into this folder instead; CLOZE_LIBTENSORFLOW=FOLDER finds it again
  --wheel FILE            from a wheel fetched by other means
  --force                 even if it is there already

cloze-backend doctor    says which engine is used, on which devices, and why the better ones are not
  --engine NAME           ask about this one: ${engineNames.join(', ')}

Both: --json (one object on stdout), --help. Exit code: 0 done, 1 failed, 2 wrong usage.

Example: npx cloze-backend install && npx cloze-backend doctor
`;

/** Where a command's words go. @internal */
export interface Terminal {
  readonly surroundings: Surroundings;
  /** Standard output. */
  readonly out: (text: string) => void;
  /** One line for people, on standard error. */
  readonly say: (line: string) => void;
}

class UsageError extends Error {}

const options = {
  install: {
    gpu: { type: 'boolean' },
    dir: { type: 'string' },
    wheel: { type: 'string' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  doctor: { engine: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
} as const;

async function install(args: readonly string[], { surroundings, out, say }: Terminal): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: options.install });
  if (values.help) return out(usage);
  if (values.dir === '' || values.wheel === '') throw new UsageError('--dir and --wheel want a name, and got nothing.');
  const { gpu, force, dir: directory, wheel: wheelFile } = values;
  const done = await installLibtensorflow({ surroundings, gpu, force, directory, wheelFile, report: say });
  if (values.json) out(`${JSON.stringify(done)}\n`);
}

async function doctor(args: readonly string[], { surroundings, out }: Terminal): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: options.doctor });
  if (values.help) return out(usage);
  const name = values.engine as EngineName | undefined;
  if (name !== undefined && !engineNames.includes(name))
    throw new UsageError(`'${name}' is no engine; known: ${engineNames.join(', ')}.`);
  const found = await diagnose({ surroundings, name });
  if (values.json) return out(`${JSON.stringify(found)}\n`);
  const { node, platform, engine, refused } = found;
  out(`node ${node} on ${platform}\nengine ${engine.name} ${engine.version}, from ${engine.origin}\n`);
  for (const device of engine.devices) out(`device ${device}\n`);
  for (const { name: better, reason } of refused) out(`not ${better}: ${reason}\n`);
}

/** `cloze-backend` without its process. @returns the exit code: 0 done, 1 failed, 2 wrong usage @internal */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...args] = argv;
  try {
    if (command === '--help' || command === '-h') terminal.out(usage);
    else if (command === 'install') await install(args, terminal);
    else if (command === 'doctor') await doctor(args, terminal);
    else
      throw new UsageError(
        `${command === undefined ? 'a command is missing' : `'${command}' is no command`}; known: install, doctor. See cloze-backend --help.`,
      );
    return 0;
  } catch (error) {
    terminal.say(error instanceof Error ? error.message : String(error));
    const wrongUsage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
    return wrongUsage ? 2 : 1;
  }
}
