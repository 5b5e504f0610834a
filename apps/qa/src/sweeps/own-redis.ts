import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A Redis server of our own: a port and a folder that nobody else uses, and a log of all that is written. */
export interface OwnRedis {
  readonly port: number;
  /** Of the process that runs now. */
  pid(): number | undefined;
  /** Ends the process at once, as a power cut of it would; what was answered is in its log. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it without waiting, for a process that leaves. */
  end(): void;
}

/** The server's program; undefined where neither Redis nor Valkey is on this machine. */
export const redisServer = (): string | undefined =>
  ['redis-server', 'valkey-server'].find((program) => !spawnSync(program, ['--version']).error);

/** What to say where there is none. */
export const withoutRedis =
  "neither redis-server nor valkey-server is on this machine; on Debian: 'apt-get install redis-server'";

/** A port of this machine's own address that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host });
    socket.setTimeout(500, () => socket.destroy());
    socket.once('connect', () => {
      socket.end();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/**
 * Starts a Redis server that keeps what it is given (a log, written before each answer).
 *
 * @param words further words of its command line, such as `['--requirepass', 'x']`
 * @param host where it listens, default this machine alone @param before a program that starts it, such as `ip netns exec NAME`
 * @throws {Error} where it is not there, or does not come up, with its log's last line
 */
export async function ownRedis(
  folder: string,
  {
    words = [],
    host = '127.0.0.1',
    before = [],
  }: { readonly words?: readonly string[]; readonly host?: string; readonly before?: readonly string[] } = {},
): Promise<OwnRedis> {
  const program = redisServer();
  if (program === undefined) throw new Error(withoutRedis);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const log = join(folder, 'redis.log');
  let child: ChildProcess | undefined;
  const start = async () => {
    const own = ['--port', `${port}`, '--bind', host, '--dir', folder, '--logfile', log];
    const kept = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--daemonize', 'no'];
    const [command = program, ...line] = [...before, program, ...own, ...kept, ...words];
    const process = spawn(command, line, { stdio: 'ignore' });
    child = process;
    for (let tries = 0; tries < 200; tries++) {
      if (process.exitCode !== null || process.signalCode !== null) break;
      if (/Ready to accept connections/.test(lastPart(log)) && (before.length > 0 || (await answers(port, host))))
        return;
      await pause(50);
    }
    process.kill('SIGKILL');
    throw new Error(`${program} did not come up on port ${port}: ${lastPart(log).trim().split('\n').at(-1)}`);
  };
  const end = async (signal: NodeJS.Signals) => {
    const process = child;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((done) => process.once('exit', done));
    process.kill(signal);
    await ended;
  };
  await start();
  return {
    port,
    pid: () => child?.pid,
    kill: () => end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
    end: () => void child?.kill('SIGKILL'),
  };
}

/** What a log said since its process began last. */
function lastPart(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('oO0OoO0OoO0Oo').at(-1) ?? '';
  } catch {
    return '';
  }
}
