import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clueTasks, glueTasks } from '@cloze/datasets';
import { zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkPins } from '../check/check-pins.ts';
import { download } from './download.ts';
import { readPins } from './pins.ts';
import { pullData } from './pull-data.ts';
import { type DataSource, dataSources, sourcesNamed } from './sources.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const root = mkdtempSync(join(tmpdir(), 'cloze-pull-'));
const utf8 = (text: string) => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const files = new Map<string, Uint8Array>();
const handlers = new Map<string, Handler>();
const asked: string[] = [];
let server: Server;
let address = '';
let folders = 0;
const newFolder = () => join(root, `data-${folders++}`);

/** Serves a file, or the part of it that is asked for, with an ETag. */
function serve(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  etag = `"${sha256(bytes)}"`,
): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const start = range && (request.headers['if-range'] ?? etag) === etag ? Number(range[1]) : 0;
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    'content-length': bytes.length - start,
    ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  response.end(bytes.subarray(start));
}

/** Sends the head and some bytes of a file, then nothing more; hangs up once a file holds them, if one is given. */
function serveSome(response: ServerResponse, bytes: Uint8Array, some: number, arrivesIn?: string): void {
  response.writeHead(200, { etag: `"${sha256(bytes)}"`, 'content-length': bytes.length });
  response.write(bytes.subarray(0, some));
  if (arrivesIn !== undefined) void holds(arrivesIn, some).then(() => response.destroy());
}

/** Waits until a file has so many bytes. */
async function holds(path: string, bytes: number): Promise<void> {
  while (!existsSync(path) || statSync(path).size < bytes) await new Promise((resolve) => setTimeout(resolve, 5));
}

beforeAll(async () => {
  const counts = new Map<string, number>();
  server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    asked.push(`${path} ${request.headers.range ?? 'all'}`);
    const handler = handlers.get(path);
    const bytes = files.get(path);
    if (handler) handler(request, response, count);
    else if (bytes) serve(request, response, bytes);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
});
afterEach(() => {
  files.clear();
  handlers.clear();
  asked.length = 0;
});

const ocnliRow = (sentence2: string, label = 'neutral') => `${JSON.stringify({ sentence1: '甲', sentence2, label })}\n`;
const train = ocnliRow('乙').repeat(50);
const ocnliZip = (changes: Record<string, string> = {}) =>
  zipSync(
    Object.fromEntries(
      Object.entries({ 'ocnli/train.50k.json': train, 'ocnli/dev.json': ocnliRow('丙'), ...changes }).map(
        ([name, text]) => [name, utf8(text)],
      ),
    ),
  );
const [ocnli] = dataSources.filter(({ task }) => task === 'ocnli') as [DataSource];

async function pull(data: string, sources: readonly DataSource[], from: string | undefined = address) {
  const options = {
    signal: new AbortController().signal,
    report: () => {},
    ...(from !== undefined && { from }),
    pause: 1,
    stall: 2000,
    attempts: 3,
  };
  const results = [];
  for await (const result of pullData(data, sources, () => options)) results.push(result);
  return results;
}
const reasonOf = (results: readonly { readonly kind: string }[]) =>
  results.map((result) => ('reason' in result ? (result.reason as string) : result.kind)).join('\n');

/** Whatever is in a data folder, hidden files too. */
const all = (data: string): string[] =>
  (readdirSync(data, { recursive: true }) as string[])
    .filter((name) => statSync(join(data, name)).isFile())
    .map((name) => name.replaceAll('\\', '/'))
    .sort();

describe('sources', () => {
  it('cover every task of CLUE and GLUE but MRPC; each is fetched over TLS, its path is its own; six have a recorded checksum', () => {
    const named = [...clueTasks, ...glueTasks].map(({ name }) => name).filter((name) => name !== 'mrpc');
    expect(new Set(dataSources.map(({ task }) => task))).toEqual(
      new Set([...named, 'cmrc2018', 'c3', 'chid', 'cluener']),
    );
    expect(sourcesNamed([]).some(({ path }) => path.startsWith('glue/'))).toBe(false);
    expect(sourcesNamed(['glue', 'c3']).map(({ task }) => task)).toEqual([
      ...['c3', 'cola', 'sst-2', 'sts-b', 'qqp', 'mnli', 'qnli', 'rte', 'wnli', 'ax'],
    ]);
    for (const { url } of dataSources) expect(url).toMatch(/^https:\/\//);
    expect(new Set(dataSources.map(({ path }) => path)).size).toBe(dataSources.length);
    expect(new Set(dataSources.map(({ url }) => url)).size).toBe(dataSources.length);
    const known = dataSources.filter((source) => source.sha256 !== undefined);
    expect(known.map(({ task }) => task)).toEqual(['afqmc', 'tnews', 'iflytek', 'cmnli', 'cluewsc2020', 'csl']);
    for (const source of known) expect(source.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('pulling', () => {
  it('an archive: files in place, pinned at the first fetch, there at the second, fetched again when removed', async () => {
    const data = newFolder();
    const zip = ocnliZip({ 'ocnli/README.md': 'x', '__MACOSX/ocnli/._dev.json': 'x', '../../evil.json': 'x' });
    // The archive reader refuses names that lead outside, before anything is unpacked under them.
    files.set('ocnli_public.zip', zip);
    expect(reasonOf(await pull(data, [ocnli]))).toContain('invalid relative path');
    expect(all(data)).toEqual([]);

    files.set('ocnli_public.zip', ocnliZip({ 'ocnli/README.md': 'x', '__MACOSX/ocnli/._dev.json': 'x' }));
    const names = ['clue/ocnli/train.50k.json', 'clue/ocnli/dev.json'];
    const first = await pull(data, [ocnli]);
    expect(first).toMatchObject([{ kind: 'source', state: 'fetched', checked: 'first fetch', files: names }]);
    expect(all(data)).toEqual(['checksums.json', 'clue/ocnli/dev.json', 'clue/ocnli/train.50k.json']);
    expect(readFileSync(join(data, names[0] as string), 'utf8')).toBe(train);
    const { sources, files: pinned } = readPins(data);
    expect(Object.values(sources)).toMatchObject([
      { checked: 'first fetch', sha256: sha256(files.get('ocnli_public.zip') as Uint8Array) },
    ]);
    expect(pinned['clue/ocnli/train.50k.json']?.sha256).toBe(sha256(utf8(train)));

    asked.length = 0;
    expect(await pull(data, [ocnli])).toMatchObject([{ state: 'there', checked: 'pinned' }]);
    expect(asked).toEqual([]);

    rmSync(join(data, names[1] as string));
    expect(await pull(data, [ocnli])).toMatchObject([{ state: 'fetched', checked: 'pinned', files: names }]);
    expect(existsSync(join(data, names[1] as string))).toBe(true);
  });

  it('refuses other bytes than recorded or pinned, leaving nothing behind', async () => {
    const data = newFolder();
    const zip = ocnliZip();
    files.set('ocnli_public.zip', zip);
    const recorded = { ...ocnli, sha256: sha256(zip), bytes: zip.length };
    const flipped = zip.slice();
    flipped[40] = (flipped[40] as number) ^ 1;
    files.set('ocnli_public.zip', flipped);
    expect(reasonOf(await pull(data, [recorded]))).toContain(`recorded are ${zip.length} bytes with ${sha256(zip)}`);
    expect(all(data)).toEqual([]);
    files.set('ocnli_public.zip', zip);
    expect(await pull(data, [recorded])).toMatchObject([{ state: 'fetched', checked: 'recorded' }]);

    const other = newFolder();
    await pull(other, [ocnli]);
    rmSync(join(other, 'clue/ocnli/dev.json'));
    files.set('ocnli_public.zip', ocnliZip({ 'ocnli/dev.json': ocnliRow('丁') }));
    const before = all(other);
    expect(reasonOf(await pull(other, [ocnli]))).toContain('the first fetch had');
    expect(all(other)).toEqual(before);
  });

  it('never replaces or joins files it did not fetch, nor files that were changed', async () => {
    const data = newFolder();
    files.set('ocnli_public.zip', ocnliZip());
    mkdirSync(join(data, 'clue/ocnli'), { recursive: true });
    writeFileSync(join(data, 'clue/ocnli/dev.json'), 'mine');
    expect(reasonOf(await pull(data, [ocnli]))).toContain('clue/ocnli/dev.json is there already and was not fetched');
    expect(all(data)).toEqual(['clue/ocnli/dev.json']);
    expect(asked).toEqual([]);
    rmSync(join(data, 'clue/ocnli/dev.json'));
    await pull(data, [ocnli]);
    writeFileSync(join(data, 'clue/ocnli/dev.json'), 'mine');
    expect(reasonOf(await pull(data, [ocnli]))).toContain('clue/ocnli/dev.json was changed since it was fetched');
    expect(readFileSync(join(data, 'clue/ocnli/dev.json'), 'utf8')).toBe('mine');
    const problems = [];
    for await (const problem of checkPins(data, clueTasks)) problems.push(problem.file);
    expect(problems).toEqual(['clue/ocnli/dev.json']);
  });

  it('names what cannot be had and brings in the rest: missing files, damaged archives, archives without a split', async () => {
    const data = newFolder();
    const bustm = dataSources.filter(({ task }) => task === 'bustm');
    for (const { path } of bustm.slice(0, 3)) files.set(path, utf8(path));
    const results = await pull(data, bustm);
    expect(results.map(({ kind }) => kind)).toEqual([
      ...Array(3).fill('source'),
      ...Array(bustm.length - 3).fill('problem'),
    ]);
    expect(reasonOf(results)).toContain('the server answers 404 Not Found');
    expect(existsSync(join(data, '.partial'))).toBe(false);
    // A 404 will not change: asked for once.
    expect(asked.length).toBe(bustm.length);
    expect(all(data)).toEqual(['checksums.json', ...bustm.slice(0, 3).map(({ path }) => `clue/${path}`)].sort());

    const damaged = ocnliZip();
    const at = Buffer.from(damaged).indexOf('ocnli/dev.json') + 'ocnli/dev.json'.length + 3;
    damaged[at] = (damaged[at] as number) ^ 0xff;
    const bad: Record<string, [Uint8Array, RegExp]> = {
      text: [utf8('<html>log in</html>'), /no zip archive/],
      damaged: [damaged, /damaged|invalid/],
      twice: [ocnliZip({ 'other/dev.json': 'x' }), /two files dev.json/],
      'without dev': [zipSync({ 'train.json': utf8(train) }), /no dev file of ocnli/],
    };
    for (const [bytes, reason] of Object.values(bad)) {
      const folder = newFolder();
      files.set('ocnli_public.zip', bytes);
      expect(reasonOf(await pull(folder, [ocnli]))).toMatch(reason);
      expect(all(folder)).toEqual([]);
    }
  });

  it('takes archives that were fetched by other means, from a folder', async () => {
    const data = newFolder();
    const from = newFolder();
    mkdirSync(from);
    expect(reasonOf(await pull(data, [ocnli], from))).toContain('has no ocnli_public.zip');
    writeFileSync(join(from, 'ocnli_public.zip'), ocnliZip());
    expect(await pull(data, [ocnli], from)).toMatchObject([{ state: 'fetched' }]);
    expect(asked).toEqual([]);
  });

  it('only one at a time works in a folder', async () => {
    const data = newFolder();
    handlers.set('ocnli_public.zip', (_request, response) => void setTimeout(() => response.end(ocnliZip()), 200));
    const first = pull(data, [ocnli]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await expect(pull(data, [ocnli])).rejects.toThrow('is in use by process');
    expect(await first).toMatchObject([{ state: 'fetched' }]);
  });
});

describe('download', () => {
  const bytes = randomBytes(200_000);
  const options = { signal: new AbortController().signal, report: () => {}, most: 1e6, pause: 1, stall: 500 };
  const part = () => join(root, `part-${folders++}`);

  it('goes on where the connection broke, stalled, or the process was stopped', async () => {
    const target = part();
    handlers.set('x', (request, response, count) => {
      if (count === 1) serveSome(response, bytes, 50_000, target);
      // Ignores the range, and falls silent.
      else if (count === 2) serveSome(response, bytes, 60_000);
      else serve(request, response, bytes);
    });
    await download(`${address}/x`, target, options);
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(existsSync(`${target}.json`)).toBe(false);
    expect(asked).toEqual(['x all', 'x bytes=50000-', 'x bytes=60000-']);
  });

  it('begins again when the file changed on the server, or when the server cannot tell', async () => {
    const newer = randomBytes(200_000);
    const target = part();
    handlers.set('y', (request, response, count) => {
      if (count === 1) serveSome(response, bytes, 50_000, target);
      else serve(request, response, newer);
    });
    await download(`${address}/y`, target, options);
    expect(readFileSync(target).equals(newer)).toBe(true);

    const other = part();
    handlers.set('z', (_request, response, count) => {
      response.writeHead(200, { 'content-length': bytes.length });
      if (count > 1) return void response.end(bytes);
      response.write(bytes.subarray(0, 1000));
      void holds(other, 1000).then(() => response.destroy());
    });
    await download(`${address}/z`, other, options);
    expect(readFileSync(other).equals(bytes)).toBe(true);
    expect(asked.filter((line) => line.startsWith('z'))).toEqual(['z all', 'z all']);
  });

  it('tries again when the server is busy; gives up on answers that will not change, on too many bytes, after the last attempt', async () => {
    handlers.set('busy', (request, response, count) => {
      if (count === 1) response.writeHead(503).end();
      else serve(request, response, bytes);
    });
    await download(`${address}/busy`, part(), options);
    expect(asked.length).toBe(2);
    await expect(download(`${address}/none`, part(), options)).rejects.toThrow('answers 404');
    files.set('large', bytes);
    await expect(download(`${address}/large`, part(), { ...options, most: 1000 })).rejects.toThrow(
      'offers 200000 bytes, expected 1000 at most',
    );
    handlers.set('endless', (_request, response) => {
      response.writeHead(200);
      response.write(bytes);
    });
    await expect(download(`${address}/endless`, part(), { ...options, most: 1000 })).rejects.toThrow('more than 1000');
    handlers.set('down', (_request, response) => response.destroy());
    await expect(download(`${address}/down`, part(), { ...options, attempts: 2 })).rejects.toThrow(
      /down: .*Run the same command again later/,
    );
    expect(asked.filter((line) => line.startsWith('down')).length).toBe(2);
  });

  it('stops at once when aborted', async () => {
    handlers.set('slow', (_request, response) => serveSome(response, bytes, 1000));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(download(`${address}/slow`, part(), { ...options, signal: controller.signal })).rejects.toThrow(
      'abort',
    );
    expect(asked.length).toBe(1);
  });
});

describe('cloze data pull', () => {
  // The command alone: the whole command line takes seconds to start.
  const run = (data: string, ...names: string[]): ChildProcess & { output: string } => {
    const given = JSON.stringify({ data, from: address, json: true });
    const child = spawn(
      process.execPath,
      [
        ...['--import', 'tsx', '--conditions=@cloze/source', '--input-type=module', '--eval'],
        `import { pullCommand } from './packages/cli/src/clue/pull/pull-command.ts'; await pullCommand(${JSON.stringify(names)}, ${given});`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    ) as unknown as ChildProcess & { output: string };
    child.output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (child.output += chunk));
    return child;
  };
  const ended = (child: ChildProcess) =>
    new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.on('close', (code, signal) => resolve(code ?? signal)),
    );

  it('killed or interrupted in mid-download it leaves no half file in place, and goes on when run again', async () => {
    // Random text does not compress, so that the archive is large enough to be cut.
    const zip = ocnliZip({ 'ocnli/train.50k.json': ocnliRow(randomBytes(60_000).toString('base64')) });
    const data = newFolder();
    const part = join(data, '.partial', `${sha256(utf8(ocnli.url)).slice(0, 16)}.part`);
    handlers.set('ocnli_public.zip', (request, response) => {
      if (request.headers.range === undefined) return serveSome(response, zip, 30_000);
      response.writeHead(206, {
        etag: `"${sha256(zip)}"`,
        'content-length': zip.length - 30_000,
        'content-range': `bytes 30000-${zip.length - 1}/${zip.length}`,
      });
      response.write(zip.subarray(30_000, 50_000));
    });
    for (const [signal, ends, bytes] of [
      ['SIGKILL', 'SIGKILL', 30_000],
      ['SIGINT', 130, 50_000],
    ] as const) {
      const child = run(data, 'ocnli');
      const end = ended(child);
      await holds(part, bytes);
      child.kill(signal);
      expect(await end).toBe(ends);
      expect(existsSync(join(data, 'clue'))).toBe(false);
      expect(existsSync(join(data, 'checksums.json'))).toBe(false);
    }
    handlers.clear();
    files.set('ocnli_public.zip', zip);
    asked.length = 0;
    const again = run(data, 'ocnli', 'bustm');
    expect(await ended(again)).toBe(1);
    expect(asked[0]).toBe('ocnli_public.zip bytes=50000-');
    expect(again.output).toContain('"state":"fetched"');
    expect(again.output).toContain('15 of 16 sources could not be brought in');
    expect(all(data)).toEqual(['checksums.json', 'clue/ocnli/dev.json', 'clue/ocnli/train.50k.json']);
  }, 180_000);
});
