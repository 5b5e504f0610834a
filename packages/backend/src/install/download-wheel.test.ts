import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wheelOf } from '../../test/tiny-wheel.ts';
import { downloadWheel } from './download-wheel.ts';
import { wheels } from './wheels.ts';

let root: string;
let into: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloze-download-'));
  into = join(root, 'into');
  await mkdir(into);
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A PATH that holds these programs, as shell scripts, and nothing else. */
async function pathOf(programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(root, 'bin');
  await mkdir(bin);
  for (const [name, script] of Object.entries(programs))
    await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >> ${root}/calls\n${script}\n`, { mode: 0o755 });
  return bin;
}
const download = async (PATH: string, env = {}) => {
  const { wheel } = await wheelOf(root);
  const { signal } = new AbortController();
  return downloadWheel({ wheel, into, env: { PATH, ...env }, report: () => {}, signal });
};
const calls = async () => (await readFile(join(root, 'calls'), 'utf8')).split('\n').map((line) => line.split(' ')[0]);
// The destination follows --dest; /bin/cp because PATH is bare.
const fetched = 'while [ "$1" != --dest ]; do shift; done; /bin/cp ROOT/tiny.whl "$2/"';
const noPip = 'echo "/usr/bin/python3: No module named pip" >&2; exit 1';

describe('downloadWheel', () => {
  it('asks pip for the pinned wheel of the platform, whatever Python runs it', async () => {
    const PATH = await pathOf({ python3: fetched.replace('ROOT', root) });
    expect(await download(PATH)).toBe(join(into, 'tiny.whl'));
    const [call] = (await readFile(join(root, 'calls'), 'utf8')).split('\n');
    for (const words of ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--platform any', 'tensorflow-cpu==1'])
      expect(call).toContain(words);
  });

  it('goes on to uv where Python has no pip, or there is no Python', async () => {
    const PATH = await pathOf({ python3: noPip, uvx: fetched.replace('ROOT', root) });
    expect(await download(PATH)).toBe(join(into, 'tiny.whl'));
    expect((await calls()).slice(0, 2)).toEqual(['python3', 'uvx']);
  });

  it('says what to install where there is neither', async () => {
    await expect(download(await pathOf({ python3: noPip }))).rejects.toThrow(
      /^libtensorflow is fetched with pip, and none was found \(python3 -m pip: it has no pip; .* uvx pip: not found\)\. Install Python with pip, or uv, or pass the wheel of tensorflow-cpu 1 for any with --wheel FILE\.$/,
    );
  });

  it('does not ask a second pip when the network, the disk or the index is at fault', async () => {
    const retry = 'WARNING: Retrying after connection broken by NewConnectionError';
    const none = 'ERROR: No matching distribution found for tensorflow-cpu==1';
    const PATH = await pathOf({ python3: `echo "${retry}" >&2; echo "${none}" >&2; exit 1`, pip: 'exit 1' });
    await expect(download(PATH)).rejects.toThrow(
      /^libtensorflow could not be fetched \(python3 -m pip: .*cannot be reached/,
    );
    expect((await calls()).filter(Boolean)).toEqual(['python3']);
    await writeFile(join(PATH, 'python3'), `#!/bin/sh\necho "${none}" >&2; exit 1`);
    await expect(download(PATH)).rejects.toThrow(/index does not have this wheel/);
    await writeFile(join(PATH, 'python3'), '#!/bin/sh\necho "OSError: [Errno 28] No space left on device" >&2; exit 1');
    await expect(download(PATH)).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('tells the last line of any other failure', async () => {
    const PATH = await pathOf({ python3: 'echo one >&2; echo "ERROR: two" >&2; exit 1', pip3: 'exit 0' });
    await expect(download(PATH)).rejects.toThrow(/could not be fetched/);
  });
});

const realPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
describe.skipIf(!realPip)('downloadWheel with this machine’s own pip', () => {
  it('says that no index is reached', async () => {
    const env = {
      ...process.env,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_EXTRA_INDEX_URL: '',
      PIP_FIND_LINKS: '',
      PIP_RETRIES: '1',
      PIP_NO_INDEX: '',
    };
    const { signal } = new AbortController();
    const wheel = wheels['linux-x64'] as NonNullable<(typeof wheels)[string]>;
    await expect(downloadWheel({ wheel, into, env, report: () => {}, signal })).rejects.toThrow(/cannot be reached/);
    expect(await readdir(into)).toEqual([]);
  });
});
