import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    // A file may be gone again by now.
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}

/** One line on a download: done and total in MB, rate, time left. @internal */
export function progressLine(bytes: number, total: number, seconds: number): string {
  const rate = bytes / seconds;
  const left = rate > 0 ? `, ${Math.ceil(Math.max(0, total - bytes) / rate)} s left` : '';
  return `${Math.round(bytes / 1e6)} of ${Math.round(total / 1e6)} MB, ${(rate / 1e6).toFixed(1)} MB/s${left}`;
}

/** Reports every two seconds how much has arrived in a folder. @returns ends it @internal */
export function watchProgress(folder: string, total: number | undefined, report: (line: string) => void): () => void {
  if (total === undefined) return () => {};
  const begin = performance.now();
  const timer = setInterval(() => {
    sizeOf(folder)
      .then((bytes) => report(progressLine(Math.min(bytes, total), total, (performance.now() - begin) / 1000)))
      .catch(() => {});
  }, 2000);
  return () => clearInterval(timer);
}
