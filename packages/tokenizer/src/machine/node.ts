import { createRequire } from 'node:module';
import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';
import type { Binding, WordCutter } from '../binding.ts';

let native: Binding | undefined;

/**
 * The native `tokenizers`, loaded at first use; its own declarations do not compile without `skipLibCheck`.
 *
 * @throws {Error} saying what to do where it has no build for this system
 */
export function binding(): Binding {
  try {
    native ??= createRequire(import.meta.url)('tokenizers') as Binding;
    return native;
  } catch (error) {
    throw new Error(
      `tokenizers has no native build for ${process.platform}-${process.arch} here (${error instanceof Error ? error.message.split('\n')[0] : error}); install again with optional dependencies on.`,
    );
  }
}

let cutter: WordCutter | undefined;

/** jieba with its dictionary, read at first use. */
export const jieba = (): WordCutter => (cutter ??= Jieba.withDict(dict));
