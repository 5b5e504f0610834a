import { withoutStderr } from '../libtensorflow/without-stderr.ts';

/**
 * Loads tfjs-node without a word on the terminal: tfjs announces itself and its fallbacks on the console, and the libtensorflow of its
 * addon writes straight to descriptor 2. @internal
 */
export function loadQuietly<T>(load: () => T): T {
  const { warn, log, info } = console;
  console.warn = console.log = console.info = () => {};
  try {
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
    return withoutStderr(load);
  } finally {
    Object.assign(console, { warn, log, info });
  }
}
