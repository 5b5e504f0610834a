import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Lines of a table of the kernel; none where it is not there. */
function rowsOf(path: string): string[][] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

/** Sockets at which this process listens for TCP, by descriptor, with their ports; Linux alone tells, elsewhere there are none. */
export function ownListeners(): ReadonlyMap<number, number> {
  const listening = new Map(
    ['tcp', 'tcp6']
      .flatMap((table) => rowsOf(`/proc/self/net/${table}`))
      // State 0A is LISTEN; the tenth cell is the socket's number.
      .filter(([, , , state]) => state === '0A')
      .map(([, local = '', , , , , , , , inode]) => [
        `socket:[${inode}]`,
        Number.parseInt(local.split(':')[1] ?? '', 16),
      ]),
  );
  const found = new Map<number, number>();
  let names: string[] = [];
  try {
    names = readdirSync('/proc/self/fd');
  } catch {}
  for (const name of names) {
    try {
      const port = listening.get(readlinkSync(`/proc/self/fd/${name}`));
      if (port !== undefined) found.set(Number(name), port);
    } catch {
      // Closed since: that of the folder itself.
    }
  }
  return found;
}
