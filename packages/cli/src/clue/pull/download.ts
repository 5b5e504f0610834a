import { existsSync, readFileSync, statSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How a download goes. */
export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Told how many bytes are there, of how many if the server said so. */
  readonly report: (bytes: number, total: number | undefined) => void;
  /** Largest size that is accepted, in bytes. */
  readonly most: number;
  /** Attempts before giving up, default 4; each goes on where the one before stopped. */
  readonly attempts?: number;
  /** Milliseconds without a byte after which an attempt is given up, default 30,000. */
  readonly stall?: number;
  /** Milliseconds before the second attempt, doubled before each further one; default 500. */
  readonly pause?: number;
}

/** A failure that another attempt would only repeat. */
class Final extends Error {}

interface Meta {
  readonly url: string;
  /** What says that the rest would be of the same file: a strong ETag, or the date. */
  readonly validator: string;
}

/** What an earlier attempt left, if the rest may be asked for. */
function begun(part: string, url: string): { readonly bytes: number; readonly validator: string } | undefined {
  if (!existsSync(part) || !existsSync(`${part}.json`)) return undefined;
  try {
    const meta = JSON.parse(readFileSync(`${part}.json`, 'utf8')) as Meta;
    const bytes = statSync(part).size;
    return meta.url === url && bytes > 0 ? { bytes, validator: meta.validator } : undefined;
  } catch {
    // Killed while writing it: begin again.
    return undefined;
  }
}

async function attempt(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { signal, report, most, stall = 30_000 } = options;
  const before = begun(part, url);
  const stalled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = globalThis.setTimeout(() => stalled.abort(), stall);
  };
  try {
    alive();
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, stalled.signal]),
      headers: {
        // The bytes as they are stored: those are what checksums and ranges count.
        'accept-encoding': 'identity',
        ...(before && { range: `bytes=${before.bytes}-`, 'if-range': before.validator }),
      },
    });
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new Error('the server has no more bytes than were there; beginning again');
    }
    if (!response.ok || response.body === null) {
      const text = `the server answers ${response.status} ${response.statusText}`;
      const mayPass = response.status >= 500 || response.status === 408 || response.status === 429;
      throw mayPass ? new Error(text) : new Final(text);
    }
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    const start = response.status === 206 && before && Number(range?.[1]) === before.bytes ? before.bytes : 0;
    if (response.status === 206 && start === 0) {
      await rm(part, { force: true });
      throw new Error('the server sent another part than was asked for; beginning again');
    }
    const length = response.headers.get('content-length');
    const isEncoded = (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
    const total = length === null || isEncoded ? undefined : start + Number(length);
    if (total !== undefined && total > most)
      throw new Final(`the server offers ${total} bytes, expected ${most} at most`);
    const etag = response.headers.get('etag');
    const validator = etag !== null && !etag.startsWith('W/') ? etag : response.headers.get('last-modified');
    const file = await open(part, start > 0 ? 'a' : 'w');
    try {
      if (start === 0) {
        if (validator === null || isEncoded) await rm(`${part}.json`, { force: true });
        else await writeFile(`${part}.json`, JSON.stringify({ url, validator } satisfies Meta));
      }
      let bytes = start;
      for await (const chunk of response.body) {
        alive();
        await file.writeFile(chunk);
        bytes += chunk.length;
        if (bytes > most) throw new Final(`more than ${most} bytes arrived`);
        report(bytes, total);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (stalled.signal.aborted && !signal.aborted) throw new Error(`nothing arrived for ${stall / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What lies behind fetch's own "fetch failed". */
function messageOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || (cause as NodeJS.ErrnoException).code})` : message;
}

/**
 * Fetches an address into a file; what an interrupted call left there is gone on with, if the server can say that it is still the same.
 *
 * @param part the file; it is complete only when the call has resolved
 * @throws naming address, reason and what to do: after the last attempt, at once for answers that will not change, or when aborted
 */
export async function download(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { signal, attempts = 4, pause = 500 } = options;
  for (let number = 1; ; number++) {
    try {
      await attempt(url, part, options);
      await rm(`${part}.json`, { force: true });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (number >= attempts || error instanceof Final)
        throw new Error(
          `${url}: ${messageOf(error)}. Run the same command again later, it goes on where it stopped; or fetch the file by other means and pass its folder with --from.`,
        );
      await setTimeout(pause * 2 ** (number - 1), undefined, { signal });
    }
  }
}
