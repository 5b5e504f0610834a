import type { NumberedLine } from './numbered-lines.ts';

/**
 * Passes lines on and says now and then how far they are, at what rate, and how long the rest may take.
 *
 * @param bytes size of the file, if it is known @param now seconds
 */
export async function* watchLines(
  lines: AsyncIterable<NumberedLine>,
  {
    bytes,
    now,
    say,
    every = 5,
  }: {
    readonly bytes?: number;
    readonly now: () => number;
    readonly say: (text: string) => void;
    /** Seconds between two messages. */
    readonly every?: number;
  },
): AsyncGenerator<NumberedLine, void, undefined> {
  const started = now();
  let [done, read, shown] = [0, 0, started];
  for await (const line of lines) {
    yield line;
    done++;
    read += Buffer.byteLength(line.text) + 1;
    const time = now();
    if (time - shown < every) continue;
    shown = time;
    const rate = done / (time - started);
    const left = bytes === undefined ? '' : `, ${Math.round(((bytes - read) / read) * (time - started))} s left`;
    say(`${done} lines, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second${left}\n`);
  }
}
