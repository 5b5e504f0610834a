import type { Engine, Placement } from '@cloze/backend';
import { anything, callable, checkOptions, needed, oneOf, whole } from '@cloze/checks';
import { type FileSource, type LoadedPretrained, loadSource } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import type { OpenTokenizerOptions } from '@cloze/tokenizer';
import { loadModel } from './loaded-model.ts';
import { createModel, type Model } from './model.ts';
import { type Address, type Fetch, urlSource } from './url-source.ts';

/** How weights become a model, wherever they came from. */
export interface OpeningOptions {
  /** Draws weights the file lacks, a head say; default 1. */
  readonly seed?: number;
  /** Told, in a line each time, what was drawn at random, what was left over, and how names were unwrapped; default nobody. */
  readonly say?: ((line: string) => void) | undefined;
  /** Threads, devices and precision of what is compiled over the weights. */
  readonly placement?: Placement;
  /**
   * How a special token that a text spells counts, such as `[SEP]` in a page about BERT: `apart`, never scored, masked or part of a word, or
   * `ordinary`, as any other token. Its id is that of the special token either way, as in transformers. Default `apart`.
   */
  readonly specialInText?: OpenTokenizerOptions['specialInText'] | undefined;
}

/** How a model is opened without a platform: what it runs on and what fetches are passed in. */
export interface OpenSourceOptions extends OpeningOptions {
  /** An engine that is open; it stays open. */
  readonly engine: Engine;
  /** Fetches a URL's files: the platform's `fetch`. */
  readonly fetch?: Fetch;
}

/** What `specialInText` may be. */
export const specialInTextRule = oneOf(['apart', 'ordinary']);

/** The stream that weights are drawn from which a file lacks. */
export const fillOf = ({ seed = 1 }: OpeningOptions) => streamFrom(seed).fork('missing weights');

/** A model of what was loaded; tells what there is to know of it. */
export function opened(
  name: string,
  loaded: LoadedPretrained,
  engine: Engine,
  { placement, say = () => {}, specialInText }: OpeningOptions,
): Model {
  const model = createModel(loadModel(name, loaded, engine, placement, specialInText));
  const notes = [...loaded.notes, ...model.notes];
  if (notes.length > 0) say(`${name}: ${notes.join('; ')}.`);
  return model;
}

function fetched(address: Address, { fetch }: OpenSourceOptions): FileSource {
  if (fetch) return urlSource(address, fetch);
  throw new TypeError(`openModel: ${address.href} needs 'fetch', the function that brings its files.`);
}

/**
 * Opens a model wherever its files lie: a source of files, or an address whose files `fetch` brings. `@cloze/models/node` opens folders and hub ids.
 *
 * @throws {TypeError} for a URL without `fetch` {CheckpointError} for a file that is torn, hostile or does not fit {Error} for a tokenizer that is absent or of another model
 */
export async function openModel(from: FileSource | Address, options: OpenSourceOptions): Promise<Model> {
  checkOptions('openModel', options, {
    seed: whole(),
    say: callable,
    placement: anything,
    specialInText: specialInTextRule,
    engine: needed(anything),
    fetch: anything,
  });
  const source = 'href' in from ? fetched(from, options) : from;
  return opened(source.name, await loadSource(source, { fill: fillOf(options) }), options.engine, options);
}
