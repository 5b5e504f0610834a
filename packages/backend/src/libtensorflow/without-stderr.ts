import type { LibraryHandle } from 'koffi';

const O_WRONLY = 1;

/**
 * Runs with the process's standard error pointing nowhere.
 *
 * While it loads, TensorFlow writes two lines of log straight to descriptor 2, before any of its own settings apply.
 */
export function withoutStderr<T>(c: LibraryHandle, run: () => T): T {
  const dup = c.func('int dup(int)');
  const dup2 = c.func('int dup2(int, int)');
  const close = c.func('int close(int)');
  const saved = dup(2);
  const nowhere = c.func('int open(const char*, int)')('/dev/null', O_WRONLY);
  if (saved < 0 || nowhere < 0) return run();
  dup2(nowhere, 2);
  try {
    return run();
  } finally {
    dup2(saved, 2);
    close(saved);
    close(nowhere);
  }
}
