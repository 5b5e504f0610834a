import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnRedis, ownRedis, redisServer } from '../../../qa/src/sweeps/own-redis.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-queue-commands-'));
const password = 'correct-horse';

describe.skipIf(redisServer() === undefined)('a queue that asks for a password', () => {
  let closed: OwnRedis;
  beforeAll(async () => {
    closed = await ownRedis(join(root, 'closed'), { words: ['--requirepass', password] });
  });
  afterAll(async () => {
    await closed.stop();
    rmSync(root, { recursive: true });
  });
  const at = () => `redis://127.0.0.1:${closed.port}`;
  it('the commands end with exit code 1 and one sentence; no password is in what they print or in ps', async () => {
    const cli = [...['--import', 'tsx', '--conditions=@cloze/source'], join(import.meta.dirname, '..', 'cli.ts')];
    const env = { ...process.env, CLOZE_QUEUE: at(), CLOZE_QUEUE_PASSWORD: 'wrong-horse' };
    const refused = spawnSync(process.execPath, [...cli, 'sweep', 'status'], { env, encoding: 'utf8' });
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([
      ...[1, '', `bench: ${at()} refused the password of CLOZE_QUEUE_PASSWORD.\n`],
    ]);
    const worker = spawn(process.execPath, [...cli, 'worker', '--work', join(root, 'work')], {
      env: { ...env, CLOZE_QUEUE_PASSWORD: password },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    worker.stderr.on('data', (chunk) => (told += chunk));
    while (!told.includes('waiting for it')) await pause(50);
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${worker.pid}/cmdline`, 'utf8')).not.toContain(password);
    worker.kill('SIGTERM');
    const code = await new Promise((done) => worker.once('close', done));
    expect([code, told.includes(password)]).toEqual([0, false]);
  }, 60_000);

  it('what is no address ends with exit code 2', () => {
    const cli = [...['--import', 'tsx', '--conditions=@cloze/source'], join(import.meta.dirname, '..', 'cli.ts')];
    const words = ['sweep', 'status', '--queue', 'redis://:secret@first'];
    const refused = spawnSync(process.execPath, [...cli, ...words], { encoding: 'utf8' });
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--queue holds a password')]);
  });
});
