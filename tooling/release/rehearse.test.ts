import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { overCeiling } from './ceilings.ts';
import { checkReleased } from './packages.ts';
import { runExamples } from './projects.ts';
import { startRegistry } from './registry.ts';
import { rehearsalTable } from './table.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-rehearsal-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a port in use is refused by its number, before anything is fetched', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    }),
  );
  await expect(startRegistry(folder, port)).rejects.toThrow(`port ${port} is in use; choose another by --port.`);
  expect(readdirSync(folder)).toEqual([]);
  other.close();
});

it('packages that no changeset releases are named', () => {
  const of = (name: string, version: string) => ({ manifest: { name, version } });
  expect(() => checkReleased([of('@cloze/a', '0.1.0'), of('@cloze/b', '0.0.0'), of('@cloze/c', '0.0.1')])).toThrow(
    '@cloze/b, @cloze/c: no changeset releases it',
  );
  expect(() => checkReleased([of('@cloze/a', '0.1.0')])).not.toThrow();
});

const ceiling = { tarballKilobytes: 100, megabytes: 10, megabytesWithoutOptional: 3, packages: 2 };

it('a tarball over its ceiling is told with the package, both figures and what to do; two per cent are let pass', () => {
  expect(overCeiling('@cloze/a', { ...ceiling, tarballKilobytes: 103 }, ceiling)).toEqual([
    '@cloze/a: tarballKilobytes is 103, the ceiling 100; --update-ceilings if that is meant.',
  ]);
  expect(overCeiling('@cloze/a', { ...ceiling, packages: 3, megabytes: 11 }, ceiling)).toHaveLength(2);
  expect(overCeiling('@cloze/a', { ...ceiling, tarballKilobytes: 102 }, ceiling)).toEqual([]);
  expect(overCeiling('@cloze/a', ceiling, undefined)).toEqual([
    '@cloze/a: no ceiling; run with --update-ceilings if its size is meant.',
  ]);
});

it('an example whose value is another fails with what came and what the text says', () => {
  const here = { name: 'current', node: process.execPath };
  expect(runExamples('```ts\n1 + 1; // => 2\n```\n', folder, here)).toBe(1);
  expect(() => runExamples('```ts\n1 + 1; // => 3\n```\n', folder, here)).toThrow('got 2, the text says 3');
});

it('the table says where a package failed, and what it weighed before where that differs', () => {
  const trial = (manager: string, node: string, passed: boolean) => ({ name: '@cloze/a', manager, node, passed });
  const trials = [trial('npm', '20.19', true), trial('npm', '26', true), trial('pnpm', '20.19', false)];
  expect(
    rehearsalTable(trials, { '@cloze/a': { ...ceiling, megabytes: 12 } }, { '@cloze/a': ceiling }).split('\n'),
  ).toEqual([
    '| package | npm | pnpm | installed MB | without optional | packages | tarball kB |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    '| `@cloze/a` | 20.19, 26 | not on 20.19 | 12 (10) | 3 | 2 | 100 |',
  ]);
});
