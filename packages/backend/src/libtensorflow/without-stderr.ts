import { loadC } from './load-c.ts';

const O_WRONLY = 1;

/**
 * Points the process's standard error nowhere.
 *
 * Libraries of C write lines of log straight to descriptor 2, before any of their own settings apply.
 *
 * @returns points it back
 */
export function silentStderr(): () => void {
  const c = loadC();
  if (!c) return () => {};
  const dup = c.func('int dup(int)');
  const dup2 = c.func('int dup2(int, int)');
  const close = c.func('int close(int)');
  const saved = dup(2);
  const nowhere = c.func('int open(const char*, int)')('/dev/null', O_WRONLY);
  if (saved < 0 || nowhere < 0) return () => {};
  dup2(nowhere, 2);
  return () => {
    dup2(saved, 2);
    close(saved);
    close(nowhere);
  };
}

/** Runs with the process's standard error pointing nowhere. */
export function withoutStderr<T>(run: () => T): T {
  const speakAgain = silentStderr();
  try {
    return run();
  } finally {
    speakAgain();
  }
}
