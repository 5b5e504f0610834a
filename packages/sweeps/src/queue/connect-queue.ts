import { Redis, type RedisOptions } from 'ioredis';
import type { QueueAddress } from './queue-address.ts';
import type { QueueClient } from './queue-client.ts';

/** Milliseconds that a host has to answer. */
const patience = 5000;

function optionsOf({ host, port, database, user, password, tls }: QueueAddress): RedisOptions {
  return {
    host,
    port,
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: { servername: host, ...(tls.authorities !== undefined && { ca: tls.authorities }) } }),
    connectTimeout: patience,
    lazyConnect: true,
    // BullMQ's blocking calls wait; what cannot be sent now is sent when the server is back.
    maxRetriesPerRequest: null,
  };
}

/** What a failure to connect means, and what to do: a sentence that names host and value. */
function meaningOf(error: unknown, { shown, passwordFrom, user, tls }: QueueAddress): string {
  const { code = '', message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === 'ECONNREFUSED') return `nothing listens at ${shown}; start Redis there, or check host and port.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host of ${shown} is not known here; check its name.`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `${shown} cannot be reached from here (${code}).`;
  if (code === 'ETIMEDOUT' || message.includes('ETIMEDOUT'))
    return `${shown} did not answer within ${patience / 1000} s; check host, port and firewall, and whether it ${tls ? 'speaks TLS (redis:// is without)' : 'wants TLS (rediss://)'}.`;
  if (message.includes('WRONGPASS') || message.includes('invalid password'))
    return `${shown} refused the password of ${passwordFrom ?? 'nobody'}${user === undefined ? '' : ` for user '${user}'`}.`;
  if (message.includes('without any password configured'))
    return `${shown} knows no password, and ${passwordFrom} gives one; leave it out, or set requirepass there.`;
  if (message.includes('NOAUTH'))
    return `${shown} asks for a password; give it by CLOZE_QUEUE_PASSWORD or --password-file.`;
  if (message.includes('NOPERM')) return `${shown} does not let this user in: ${message}.`;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code) || message.includes('certificate'))
    return `the certificate of ${shown} is not trusted (${code || message}); name the authority's file with --ca.`;
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return `${shown} does not speak TLS as asked (${code}); without TLS it is redis://.`;
  if (code === 'ECONNRESET' || code === 'EPIPE' || message.includes('Connection is closed'))
    return `${shown} closed the connection; ${tls ? 'does it speak TLS?' : 'does it want TLS (rediss://), and is it Redis?'}`;
  if (message.includes('Protocol error')) return `what listens at ${shown} is no Redis.`;
  return `${shown}: ${message || code || String(error)}`;
}

/** A queue that cannot be used, or not as asked. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

/**
 * Connects once, to know that the server is there, is Redis, lets us in, and keeps what it is given.
 *
 * @param warn told of a server that keeps nothing over a restart
 * @throws {QueueError} one sentence that names the server and what is wrong
 */
async function probe(address: QueueAddress, warn: (sentence: string) => void): Promise<void> {
  const client = new Redis({ ...optionsOf(address), retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let first: unknown;
  // Without a listener it would be printed; the first says why, those after that the connection is gone.
  client.on('error', (error) => {
    first ??= error;
  });
  try {
    const deadline = new Promise<never>((_, refuse) =>
      setTimeout(() => refuse(Object.assign(new Error('ETIMEDOUT'), { code: 'ETIMEDOUT' })), patience).unref(),
    );
    const info = await Promise.race([client.connect().then(() => client.info()), deadline]);
    // A server without one would be told it in vain, and be open to all.
    if (address.password !== undefined)
      await (address.user === undefined ? client.auth(address.password) : client.auth(address.user, address.password));
    const said = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
    const version = said('redis_version') ?? '0';
    if (Number(version.split('.')[0]) < 6)
      throw new QueueError(`${address.shown} is Redis ${version}; expected 6 or newer, or Valkey.`);
    const policy = said('maxmemory_policy');
    if (policy !== undefined && policy !== 'noeviction')
      throw new QueueError(
        `${address.shown} forgets runs when its memory is full (maxmemory-policy ${policy}); set it to noeviction.`,
      );
    if (said('aof_enabled') === '0')
      warn(`${address.shown} keeps no log (appendonly no): after a restart runs may be done again.`);
  } catch (error) {
    if (error instanceof QueueError) throw error;
    throw new QueueError(meaningOf(first ?? error, address));
  } finally {
    client.disconnect();
  }
}

/**
 * A connection to a queue's server that comes back by itself when it is lost.
 *
 * @param say told when the server is gone, and when it is back
 * @throws {QueueError} where the server cannot be used: one sentence that names it and what is wrong
 */
export async function connectQueue(address: QueueAddress, say: (line: string) => void): Promise<QueueClient> {
  await probe(address, say);
  const client = new Redis({ ...optionsOf(address), retryStrategy: (times) => Math.min(100 * times, 2000) });
  let gone = false;
  client.on('error', () => {});
  // Not when it is we who leave.
  client.on('reconnecting', () => {
    if (!gone) say(`${address.shown} is gone; waiting for it.`);
    gone = true;
  });
  client.on('ready', () => {
    if (gone) say(`${address.shown} is back.`);
    gone = false;
  });
  await client.connect();
  return client;
}
