import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildMessage } from './tokenizer-child.ts';
import type { SubjectResult } from './try-subject.ts';

const program = fileURLToPath(new URL('./tokenizer-child.ts', import.meta.url));

/** How children are held. */
export interface ChildOptions {
  readonly seed: number;
  /** Inputs of one child, default 10,000. */
  readonly perChild?: number;
  /** Milliseconds an input may take, default 2000: more is a hang, which counts as a crash. */
  readonly limit?: number;
  readonly onFile?: (done: number) => void;
}

/** One child's inputs; gives the number of the next one. */
function runChild(
  from: number,
  to: number,
  { seed, limit = 2000 }: ChildOptions,
  tell: (message: ChildMessage) => void,
  crash: (input: number, error: string) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(program, [String(from), String(to), String(seed)], {
      execArgv: ['--import', 'tsx', '--conditions=@cloze/source'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let [current, isOpen, isHung] = [from, false, false];
    let timer: NodeJS.Timeout | undefined;
    child.on('message', (message: ChildMessage) => {
      clearTimeout(timer);
      if ('begins' in message) {
        [current, isOpen] = [message.begins, true];
        timer = setTimeout(() => {
          isHung = true;
          child.kill('SIGKILL');
        }, limit);
      } else {
        isOpen = false;
        current = message.ended + 1;
        tell(message);
      }
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (isHung) crash(current, `took more than ${limit} ms`);
      else if (isOpen) crash(current, `ended the process (${signal ?? `exit code ${code}`})`);
      else if (code !== 0) crash(current, `the child ended between inputs (${signal ?? `exit code ${code}`})`);
      resolve(isOpen || isHung || (code !== 0 && current < to) ? current + 1 : current);
    });
  });
}

/** Reads `tokenizer.json` files by number in children of up to 10,000, which begin again behind an input that ended one; a hang counts as a crash. */
export async function tryInChildren(files: number, options: ChildOptions): Promise<SubjectResult> {
  const { perChild = 10_000, onFile = () => {} } = options;
  const started = performance.now();
  const crashes: { file: number; error: string }[] = [];
  let [accepted, refused, worst, next] = [0, 0, 0, 0];
  while (next < files) {
    next = await runChild(
      next,
      Math.min(files, next + perChild),
      options,
      (message) => {
        if (!('ended' in message)) return;
        if (message.outcome === 'accepted') accepted++;
        else if (message.outcome === 'refused') refused++;
        else crashes.push({ file: message.ended, error: message.error ?? '' });
        worst = Math.max(worst, message.grown);
        onFile(message.ended + 1);
      },
      (file, error) => crashes.push({ file, error }),
    );
  }
  return {
    ...{ kind: 'tokenizer-json', files, accepted, refused, crashes, worst_allocation: worst },
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
  };
}
