/** Shows how far work is: one line that is redrawn on a terminal, a plain line every few seconds elsewhere. Always on stderr. */
export function progress(label: string, total: number): (done: number, note: string) => void {
  const started = performance.now();
  let shown = 0;
  // A resumed run begins in the middle: its rate is that of what is done now.
  let before: number | undefined;
  return (done, note) => {
    const now = performance.now();
    before ??= done - 1;
    const last = done >= total;
    if (!last && now - shown < (process.stderr.isTTY ? 200 : 10_000)) return;
    shown = now;
    const seconds = (now - started) / 1000;
    const left = done > before ? (seconds / (done - before)) * (total - done) : 0;
    const filled = Math.round((20 * done) / total);
    const line = `${label.padEnd(22)} ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done}/${total} ${note} ${last ? `${seconds.toFixed(1)} s` : `${left.toFixed(0)} s left`}`;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}${last ? '\n' : ''}` : `${line}\n`);
  };
}
