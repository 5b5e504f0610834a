import { streamFrom } from '@cloze/random';
import type { FuzzSubject } from './subject.ts';

/** What came of a subject. */
export interface SubjectResult {
  readonly kind: string;
  readonly files: number;
  readonly accepted: number;
  readonly refused: number;
  /** Errors that are no refusal, and in children an end of the process or a hang: none is allowed. */
  readonly crashes: readonly { readonly file: number; readonly error: string }[];
  /** Most memory of the process that one file took beyond its own size, in bytes; at most 64 MB is allowed. */
  readonly worst_allocation: number;
  readonly seconds: number;
}

/** Memory of the process is asked for after so many files: what one file takes beyond 64 MB shows whenever it is asked. */
const stretch = 64;

/** Reads files by number, from 0, all drawn from the seed. */
export async function trySubject(
  subject: FuzzSubject,
  files: number,
  { seed, onFile = () => {} }: { readonly seed: number; readonly onFile?: (done: number) => void },
): Promise<SubjectResult> {
  const started = performance.now();
  const stream = streamFrom(seed).fork(`fuzz ${subject.name}`);
  const crashes: { file: number; error: string }[] = [];
  let [accepted, refused, worst] = [0, 0, 0];
  let before = process.memoryUsage.rss();
  for (let i = 0; i < files; i++) {
    const file = subject.make(stream.fork(i));
    try {
      await subject.read(file);
      accepted++;
    } catch (error) {
      if (subject.isRefusal(error)) refused++;
      else crashes.push({ file: i, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    if (i % stretch === 0) {
      const now = process.memoryUsage.rss();
      // The first files load code.
      if (i > 1000) worst = Math.max(worst, now - before);
      before = now;
    }
    onFile(i + 1);
  }
  return {
    ...{ kind: subject.name, files, accepted, refused, crashes, worst_allocation: worst },
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
  };
}
