import { streamFrom } from '@cloze/random';
import { fuzzTokenizerJson as subject } from './fuzz-tokenizer-json.ts';

/** What a child tells of each input: that it begins, and what came of it. */
export type ChildMessage =
  | { readonly begins: number }
  | {
      readonly ended: number;
      readonly outcome: 'accepted' | 'refused' | 'crash';
      readonly error?: string;
      readonly grown: number;
    };

/** Asked by the parent: inputs `from` to `to` of a seed. */
const [from = 0, to = 0, seed = 1] = process.argv.slice(2).map(Number);
const stream = streamFrom(seed).fork(`fuzz ${subject.name}`);
const tell = (message: ChildMessage) =>
  new Promise<void>((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });

for (let i = from; i < to; i++) {
  const file = subject.make(stream.fork(i));
  await tell({ begins: i });
  const before = process.memoryUsage.rss();
  let outcome: 'accepted' | 'refused' | 'crash' = 'accepted';
  let error: string | undefined;
  try {
    await subject.read(file);
  } catch (caught) {
    outcome = subject.isRefusal(caught) ? 'refused' : 'crash';
    if (outcome === 'crash') error = caught instanceof Error ? (caught.stack ?? caught.message) : String(caught);
  }
  await tell({
    ended: i,
    outcome,
    grown: process.memoryUsage.rss() - before - file.length,
    ...(error !== undefined && { error }),
  });
}
process.disconnect?.();
