import type { Explanation, FilledMask, ScoredText } from '@cloze/models';
import type { ChosenFile } from './file-source.ts';
import type { HeldOutGuesses } from './held-out.ts';
import type { TrainingSettings } from './training-settings.ts';

/** What computes, as a page asks for it. */
export type Provider = 'cpu' | 'webgpu';

/** What a page says first: the engine that it would have. */
export interface EngineWish {
  readonly provider: Provider;
  readonly threads: number;
}

/** A model as the page shows it. */
export interface ModelFacts {
  readonly name: string;
  readonly family: string;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** What was odd in its files. */
  readonly notes: readonly string[];
}

/** The likeliest tokens at a mask, the likeliest first. */
export type Filled = Pick<FilledMask, 'guesses'>;

/** A text scored token by token. */
export type ScoredTokens = Omit<ScoredText, 'text'>;

/** Attention weights of a text. */
export interface AttentionOfText {
  /** `[length]`, special tokens included. */
  readonly tokens: readonly string[];
  readonly truncated: boolean;
  /** A block each: `[heads, length, length]`, row i says what token i looks at. */
  readonly blocks: readonly { readonly heads: number; readonly values: Float32Array }[];
}

/** What a page asks of its worker, by kind: what it sends and what it gets. */
export interface Requests {
  readonly train: [{ readonly lines: readonly string[]; readonly settings: TrainingSettings }, TrainedFacts];
  readonly stop: [null, null];
  readonly open: [{ readonly files: readonly ChosenFile[] }, ModelFacts];
  readonly fill: [{ readonly text: string }, readonly Filled[]];
  readonly score: [{ readonly text: string }, ScoredTokens];
  readonly attention: [{ readonly text: string }, AttentionOfText];
  readonly explain: [{ readonly text: string }, Explanation];
  /** The model's files, as Hugging Face lays them out, in a .zip. */
  readonly save: [null, Uint8Array];
}

/** What a training ended with. */
export interface TrainedFacts {
  readonly model: ModelFacts;
  readonly steps: number;
  readonly stopped: boolean;
}

/** A question's name. */
export type Kind = keyof Requests;

/** A question, by its number. */
export type Request = {
  readonly [K in Kind]: { readonly id: number; readonly kind: K; readonly given: Requests[K][0] };
}[Kind];

/** What a worker says of its own accord. */
export type Event =
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'guesses'; readonly step: number; readonly guesses: HeldOutGuesses };

/** What a worker sends. */
export type Message =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly event: Event };

/** One end of a channel between a page and its worker. */
export interface Port<Sent> {
  postMessage(message: Sent): void;
}
