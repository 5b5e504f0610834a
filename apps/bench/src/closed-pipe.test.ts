import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

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
