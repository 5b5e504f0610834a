import { readFileSync } from 'node:fs';

/** A fixture that a script of `tooling/oracles` wrote. */
export function oracle<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}
