import { homedir } from 'node:os';
import type { Surroundings } from './find-libtensorflow.ts';

/** The surroundings of this process, as `selectEngine` and `installLibtensorflow` want them. */
export function thisMachine(): Surroundings {
  return {
    env: process.env,
    home: homedir(),
    platform: process.platform,
    arch: process.arch,
    // A report takes some milliseconds, and only an installation asks.
    get glibc() {
      const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
      return header?.glibcVersionRuntime ?? 'none';
    },
  };
}
