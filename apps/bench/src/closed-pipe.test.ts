import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it.runIf(existsSync('/dev/full'))('an output on a full disk is one sentence and exit code 1, no stack trace', () => {
  const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@cloze/source', cli, 'list', '--json'],
    { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' },
  );
  closeSync(full);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      'bench: the disk is full (writing standard output); make room or name another folder, then run the same command again.\n',
  });
});

it('a reader that has seen enough ends a command quietly', async () => {
  const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@cloze/source', cli, 'list', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
});
