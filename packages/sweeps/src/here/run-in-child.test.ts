import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runInChild } from './run-in-child.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A child that listens to no signal, as a run does that has just begun. */
const deaf = (code: string, signal: AbortSignal) => runInChild({ words: ['-e', code], task: {}, folder, signal });

describe('runInChild', () => {
  it('a run that is told to stop before it listens was interrupted, not failed', async () => {
    const stop = new AbortController();
    const ended = deaf('setInterval(() => {}, 1000)', stop.signal);
    stop.abort();
    expect(await ended).toEqual({ kind: 'interrupted' });
    // Told so before it was started.
    expect(await deaf('setInterval(() => {}, 1000)', stop.signal)).toEqual({ kind: 'interrupted' });
  });

  it('a run that others kill has failed with the name of the signal, whether or not it was told to stop', async () => {
    const own = "process.kill(process.pid, 'SIGTERM')";
    expect(await deaf(own, new AbortController().signal)).toEqual({ kind: 'failed', reason: 'killed by SIGTERM' });
    const killed = "process.kill(process.pid, 'SIGKILL')";
    expect(await deaf(killed, new AbortController().signal)).toEqual({ kind: 'failed', reason: 'killed by SIGKILL' });
    const stop = new AbortController();
    const ended = deaf(
      "process.on('SIGTERM', () => process.kill(process.pid, 'SIGKILL')); setInterval(() => {}, 9)",
      stop.signal,
    );
    setTimeout(() => stop.abort(), 1500);
    expect(await ended).toEqual({ kind: 'failed', reason: 'killed by SIGKILL' });
  });
});
