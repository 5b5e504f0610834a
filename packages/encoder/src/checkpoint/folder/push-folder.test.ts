import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamFrom } from '@cloze/random';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { encoderConfig } from '../../config/encoder-config.ts';
import { initialParameters } from '../../parameters/initial-parameters.ts';
import { loadPretrained } from './load-pretrained.ts';
import { pushFolder } from './push-folder.ts';
import { savePretrained } from './save-pretrained.ts';

/** A hub that keeps what it is sent, and answers as the hub does. */
const kept = new Map<string, Buffer>();
let [asked, refused, made]: [string[], boolean, boolean] = [[], false, false];
let server: Server;
let [hubUrl, folder] = ['', ''];
const accessToken = 'hf_abcdefghijklmnopqrstuvwxyz';

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'cloze-push-')), 'model');
  const config = encoderConfig({ vocabularySize: 20, width: 8, layers: 1, heads: 2, maximumLength: 8 });
  const parameters = initialParameters(config, streamFrom(1));
  await savePretrained(folder, {
    config,
    parameters,
    tokenizerFiles: { 'vocab.txt': new TextEncoder().encode('[PAD]\n') },
    otherFiles: {
      'modules.json': new TextEncoder().encode('[]'),
      '1_Pooling/config.json': new TextEncoder().encode('{}'),
    },
  });
  mkdirSync(join(folder, '.git'));
  for (const hidden of ['.env', '.git/config', '1_Pooling/.DS_Store']) writeFileSync(join(folder, hidden), 'SECRET');
  const lfs = new Map<string, Buffer>();
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const { pathname } = new URL(request.url ?? '', hubUrl);
    asked.push(`${request.method} ${pathname}`);
    const answer = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    // The place of an object is signed: it asks for no token.
    if (pathname.startsWith('/objects/')) {
      lfs.set(pathname.slice('/objects/'.length), body);
      return answer({});
    }
    if (request.headers.authorization !== `Bearer ${accessToken}`) return answer({ error: 'who are you?' }, 401);
    if (refused) return answer({ error: `not with ${accessToken}` }, 403);
    if (pathname === '/api/repos/create') {
      if (made) return answer({ error: 'You already created this model repo' }, 409);
      made = true;
      return answer({ url: `${hubUrl}/me/mine`, id: '1' });
    }
    if (pathname === '/api/models/me/mine/preupload/main') {
      const { files } = JSON.parse(body.toString()) as { files: { path: string }[] };
      const modeOf = (path: string) => (path.endsWith('.safetensors') ? 'lfs' : 'regular');
      return answer({ files: files.map(({ path }) => ({ path, uploadMode: modeOf(path), shouldIgnore: false })) });
    }
    if (pathname === '/me/mine.git/info/lfs/objects/batch') {
      const { objects } = JSON.parse(body.toString()) as { objects: { oid: string; size: number }[] };
      const upload = (oid: string) => ({ upload: { href: `${hubUrl}/objects/${oid}`, header: {} } });
      return answer({ transfer: 'basic', objects: objects.map((one) => ({ ...one, actions: upload(one.oid) })) });
    }
    if (pathname === '/api/models/me/mine/commit/main') {
      for (const line of body.toString().trim().split('\n')) {
        const { key, value } = JSON.parse(line) as { key: string; value: Record<string, string> };
        const path = value.path as string;
        if (key === 'file') kept.set(path, Buffer.from(value.content as string, 'base64'));
        if (key === 'lfsFile') kept.set(path, lfs.get(value.oid as string) ?? Buffer.of());
      }
      return answer({ commitUrl: `${hubUrl}/me/mine/commit/abc`, commitOid: 'abc', hookOutput: '' });
    }
    return answer({ error: 'no such place' }, 404);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(join(folder, '..'), { recursive: true });
});
beforeEach(() => {
  kept.clear();
  [asked, refused, made] = [[], false, false];
});

it('sends every file as it is, those of its folders too, in one commit; a repository that is there is no error', async () => {
  const pushed = await pushFolder(folder, 'me/mine', { hubUrl, accessToken });
  const [top, below] = [['config.json', 'model.safetensors', 'modules.json', 'vocab.txt'], '1_Pooling/config.json'];
  expect(pushed.files).toEqual([below, ...top]);
  expect(pushed.commitUrl).toBe(`${hubUrl}/me/mine/commit/abc`);
  const hash = (bytes: Buffer | undefined) =>
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
  expect([...kept.keys()].sort()).toEqual(pushed.files);
  for (const [path, bytes] of kept) expect(hash(bytes), path).toBe(hash(readFileSync(join(folder, path))));
  expect(pushed.bytes).toBe([...kept.values()].reduce((sum, { length }) => sum + length, 0));
  await pushFolder(folder, 'me/mine', { hubUrl, accessToken });
  expect(asked.filter((line) => line === 'POST /api/models/me/mine/commit/main')).toHaveLength(2);
});

it('says what the hub answered, and never the token', async () => {
  refused = true;
  const failed = await pushFolder(folder, 'me/mine', { hubUrl, accessToken }).catch((error: Error) => error.message);
  expect(failed).toContain(`${hubUrl} did not take me/mine: not with …`);
  expect(failed).not.toContain(accessToken);
  expect(kept.size).toBe(0);
});

it('refuses what is no model, before it asks anybody', async () => {
  await expect(pushFolder(join(folder, '..'), 'me/mine', { hubUrl, accessToken })).rejects.toThrow('is no saved model');
  await expect(pushFolder(folder, 'mine', { hubUrl, accessToken })).rejects.toThrow(
    "'mine' is no hub id; give OWNER/NAME",
  );
  expect(asked).toEqual([]);
});

it('an address that holds a password is refused without showing it', async () => {
  const error = await pushFolder(folder, 'me/mine', { accessToken, hubUrl: 'http://me:SECRET@there' }).catch(String);
  expect(error).toContain('pushFolder: hubUrl holds a name or password, which messages and logs would show');
  expect(error).not.toContain('SECRET');
});

it.each(['../x', 'me/..', 'me/.x', './x', 'me', 'me/a/b', ''])('%j is no hub id', async (id) => {
  await expect(pushFolder(folder, id, { accessToken, hubUrl })).rejects.toThrow(
    `'${id}' is no hub id; give OWNER/NAME`,
  );
});

it('says that nothing answers, or that what answers is no hub', async () => {
  const silent = { accessToken, hubUrl: 'http://127.0.0.1:1' };
  await expect(pushFolder(folder, 'me/mine', silent)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:1 did not take me\/mine: it cannot be reached \(\w.*\)$/,
  );
  const other = createServer((_, response) => response.end('{}')).listen(0);
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await expect(pushFolder(folder, 'me/mine', { accessToken, hubUrl: address })).rejects.toThrow(
    'did not take me/mine: what answered there is no hub',
  );
  await expect(loadPretrained('me/mine', { hubUrl: address, cacheFolder: `${folder}-cache` })).rejects.toThrow(
    "'me/mine' is no folder here and could not be fetched from the hub: what answered there is no hub. Download it",
  );
  other.close();
});
