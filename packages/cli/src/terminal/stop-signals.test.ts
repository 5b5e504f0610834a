import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

describe('stopSignals', () => {
  it('raises a signal at the first SIGTERM and exits at once at the second', async () => {
    const script = `
      const { stopSignals } = await import(${JSON.stringify(new URL('./stop-signals.ts', import.meta.url).href)});
      const signal = stopSignals((line) => console.log(line));
      signal.addEventListener('abort', () => console.log('raised'));
      setInterval(() => {}, 1000);
      console.log('ready');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    const until = async (word: string) => {
      while (!said.includes(word)) await once(child.stdout, 'data');
    };
    await until('ready');
    child.kill('SIGTERM');
    await until('raised');
    expect(said).toContain('SIGTERM: saving and stopping after this step; once more exits at once.');
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });
});
