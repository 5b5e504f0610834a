import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type OwnRedis, ownRedis, redisServer } from '../../../../apps/qa/src/sweeps/own-redis.ts';
import { connectQueue } from './connect-queue.ts';
import { queueAddress } from './queue-address.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-queue-'));
afterAll(() => rmSync(root, { recursive: true }));
const password = 'correct-horse';

describe('the address of a queue', () => {
  it('is read of options, then of the environment; what is shown of it holds no password', () => {
    const environment = { CLOZE_QUEUE: 'rediss://bench@first:7000/2', CLOZE_QUEUE_PASSWORD: password };
    expect(queueAddress({}, environment)).toEqual({
      ...{ shown: 'rediss://first:7000/2', host: 'first', port: 7000, database: 2, user: 'bench' },
      ...{ password, passwordFrom: 'CLOZE_QUEUE_PASSWORD', tls: { authorities: undefined } },
    });
    writeFileSync(join(root, 'password'), 'other\n');
    const other = queueAddress({ queue: 'redis://[::1]', passwordFile: join(root, 'password') }, environment);
    expect(other).toMatchObject({ host: '::1', port: 6379, password: 'other', tls: undefined });
    expect(queueAddress({}, {})).toBeUndefined();
  });
  it.each([
    ['redis://:secret@first', '--queue holds a password, which other users of this machine can see'],
    ['first:6379', "expected redis://host:port, or rediss://host:port for TLS, such as 'redis://first:6379'"],
    ['http://first', 'expected redis://host:port'],
    ['redis://first/x', 'expected redis://host:port'],
    ['redis://first:99999', 'expected redis://host:port'],
  ])('refuses %s without repeating a password', (queue, reason) => {
    const refused = () => queueAddress({ queue }, {});
    expect(refused).toThrow(reason);
    expect(refused).not.toThrow('secret');
  });
  it('refuses files that cannot be read, an empty password, certificates without TLS', () => {
    const queue = 'redis://first';
    expect(() => queueAddress({ queue, passwordFile: '/nowhere' }, {})).toThrow(
      '--password-file /nowhere cannot be read: ENOENT',
    );
    expect(() => queueAddress({ queue }, { CLOZE_QUEUE_PASSWORD: '' })).toThrow(
      'CLOZE_QUEUE_PASSWORD holds no password',
    );
    expect(() => queueAddress({ queue, ca: 'x.pem' }, {})).toThrow('--ca goes with rediss://');
  });
});

describe('what is no queue', () => {
  const refusal = async (queue: string, environment = {}) => {
    const address = queueAddress({ queue }, environment);
    const client = await connectQueue(address as NonNullable<typeof address>, () => {}).catch((error: Error) => error);
    if (client instanceof Error) return client.message;
    client.disconnect();
    return 'connected';
  };
  it('is refused by name: nobody listens, the host is not known, something else listens', async () => {
    const port = await freePort();
    expect(await refusal(`redis://127.0.0.1:${port}`)).toBe(
      `nothing listens at redis://127.0.0.1:${port}; start Redis there, or check host and port.`,
    );
    expect(await refusal('redis://host.invalid')).toBe(
      'the host of redis://host.invalid:6379 is not known here; check its name.',
    );
    const other: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((done) => other.listen(port, '127.0.0.1', done));
    expect(await refusal(`redis://127.0.0.1:${port}`)).toBe(`what listens at redis://127.0.0.1:${port} is no Redis.`);
    other.close();
  });

  describe.skipIf(redisServer() === undefined)('with a server', () => {
    let [open, closed]: OwnRedis[] = [];
    const certificate = join(root, 'certificate.pem');
    const key = join(root, 'key.pem');
    let encrypted = 0;
    beforeAll(async () => {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
      expect(spawnSync('openssl', [...made, ...subject]).status).toBe(0);
      encrypted = await freePort();
      open = await ownRedis(join(root, 'open'));
      const tls = [
        '--tls-port',
        `${encrypted}`,
        '--tls-cert-file',
        certificate,
        '--tls-key-file',
        key,
        '--tls-auth-clients',
        'no',
      ];
      closed = await ownRedis(join(root, 'closed'), { words: ['--requirepass', password, ...tls] });
    });
    afterAll(async () => {
      await open?.stop();
      await closed?.stop();
    });
    const at = (redis: OwnRedis | undefined) => `redis://127.0.0.1:${redis?.port}`;

    it('says of a password that it is missing, wrong, or not asked for', async () => {
      const name = 'CLOZE_QUEUE_PASSWORD';
      expect(await refusal(at(closed))).toBe(
        `${at(closed)} asks for a password; give it by ${name} or --password-file.`,
      );
      expect(await refusal(at(closed), { [name]: 'wrong' })).toBe(`${at(closed)} refused the password of ${name}.`);
      expect(await refusal(at(closed), { [name]: password })).toBe('connected');
      expect(await refusal(at(open), { [name]: password })).toBe(
        `${at(open)} knows no password, and ${name} gives one; leave it out, or set requirepass there.`,
      );
    });
    it('goes over TLS where the certificate is trusted, and nowhere else', async () => {
      const queue = `rediss://localhost:${encrypted}`;
      expect(await refusal(queue, { CLOZE_QUEUE_PASSWORD: password })).toMatch(
        /is not trusted \(.*\); name the authority's file with --ca/,
      );
      expect(await refusal(queue, { CLOZE_QUEUE_PASSWORD: password, CLOZE_QUEUE_CA: certificate })).toBe('connected');
    });
    it('refuses one that forgets runs', async () => {
      spawnSync('redis-cli', ['-p', `${open?.port}`, 'config', 'set', 'maxmemory-policy', 'allkeys-lru']);
      expect(await refusal(at(open))).toContain('forgets runs when its memory is full (maxmemory-policy allkeys-lru)');
      spawnSync('redis-cli', ['-p', `${open?.port}`, 'config', 'set', 'maxmemory-policy', 'noeviction']);
    });
  });
});
