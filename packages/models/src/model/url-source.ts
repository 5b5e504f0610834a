import type { FileSource } from '@cloze/encoder';

/** An address: a `URL` is one. Declared here, as the answer is, because that type is not in every reader's library. */
export interface Address {
  readonly href: string;
}

/** What a fetch gives: a `Response` is one. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What fetches: the platform's own `fetch`, or what stands for it. */
export type Fetch = (address: string) => Promise<Answer>;

/**
 * The files below an address, fetched one by one as they are asked for. A server lists nothing, and its page for what is not there counts as nothing.
 *
 * @throws {Error} from a read: an answer that is neither the file nor "not found", with its status
 */
export function urlSource(address: Address, fetch: Fetch): FileSource {
  const folder = new URL(address.href);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  const name = folder.href.replace(/\/?(\?.*)?$/, '');
  return {
    name,
    list: async () => [],
    read: async (file) => {
      const url = new URL(file.split('/').map(encodeURIComponent).join('/'), folder);
      // A key in the address is every file's.
      url.search = folder.search;
      const answer = await fetch(url.href);
      if (answer.status === 404 || answer.headers.get('content-type')?.startsWith('text/html')) return undefined;
      if (!answer.ok) throw new Error(`${url.href}: the server answered ${answer.status} ${answer.statusText}.`);
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}
