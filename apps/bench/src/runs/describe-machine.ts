import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { processorKind } from './processor-kind.ts';

const git = (...words: string[]): string => {
  try {
    // Of the code that runs, not of the folder that the command was given in.
    const { GIT_DIR: _folder, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
    return execFileSync('git', words, {
      encoding: 'utf8',
      cwd: import.meta.dirname,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
};

/** The code, its versions and the machine, for a record. Nothing that names a user, a host or a path. */
export function describeMachine(): {
  readonly commit: string;
  readonly dirty: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
} {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) => {
    try {
      return (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version;
    } catch {
      return 'unknown';
    }
  };
  return {
    commit: git('rev-parse', 'HEAD') || 'unknown',
    dirty: git('status', '--porcelain', '--untracked-files=no') !== '',
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(['zod', 'pure-rand', 'chinese-poetry'].map((name) => [name, versionOf(name)])),
    },
    machine: {
      platform: `${platform()} ${release()} ${arch()}`,
      processor: processorKind(),
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
  };
}
