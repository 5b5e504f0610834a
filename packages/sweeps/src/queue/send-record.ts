import { setTimeout as pause } from 'node:timers/promises';
import { errorSentence } from '@cloze/trainer/node';
import { recordParts } from '../record/record-parts.ts';
import type { CommitEnd, SweepStore } from './sweep-store.ts';

/** What a server answers that has no room, or is not ready: it may be asked again. */
const isPassing = (error: unknown) =>
  error instanceof Error &&
  /^(OOM|MISCONF|LOADING|READONLY|BUSY|NOREPLICAS|CLUSTERDOWN|MASTERDOWN)\b/.test(error.message);

/** Sends records to a server that may have no room for them now: again and again, until all of one is there or the signal stops it. */
export function sending<Shared>(
  store: SweepStore<Shared>,
  {
    shown,
    signal,
    say,
  }: { readonly shown: string; readonly signal: AbortSignal; readonly say: (line: string) => void },
) {
  /** Again and again while the server has no room. */
  const withRoom = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let told = false; ; told = true) {
      try {
        return await ask();
      } catch (error) {
        if (!isPassing(error) || signal.aborted) throw error;
        if (!told) say(`${shown} takes nothing now (${errorSentence(error)}); trying again.`);
        await pause(1000, undefined, { signal }).catch(() => {});
      }
    }
  };

  return async (sweep: string, run: string, from: string): Promise<CommitEnd> => {
    for (let tries = 1; ; tries++) {
      const upload = store.newUpload(run);
      let parts = 0;
      for (const part of recordParts(from)) {
        const index = parts++;
        await withRoom(() => store.putPart(upload, index, part));
      }
      const as = await withRoom(() => store.commit(sweep, run, upload, parts));
      // A server that lost some of it, for it kept nothing over a restart.
      if (as !== 'incomplete' || tries === 5) return as;
    }
  };
}
