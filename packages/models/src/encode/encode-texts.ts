import type { HostTensor, Tensor } from '@cloze/backend';
import { anything, asStream, checkOptions, checkText, whole } from '@cloze/checks';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { byLength } from '../model/by-length.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';

/** What of an encoder is wanted. */
export interface EncodeTextsOptions {
  /** States by number: 0 stands before the first block, l after block l, −1 is the last; default `[-1]`. */
  readonly layers?: readonly number[];
  /** Blocks, from 1 on, whose attention weights are wanted; default none. */
  readonly attention?: readonly number[];
  /** Texts at once, default 16. */
  readonly rows?: number;
}

/** A text inside the encoder. */
export interface EncodedText {
  readonly text: string;
  /** `[length]`, special tokens included. */
  readonly tokens: readonly string[];
  /** `[length, width]` of each layer asked for, in that order. */
  readonly states: readonly HostTensor[];
  /** `[heads, length, length]` of each block asked for, in that order: row i says what token i looks at. */
  readonly attention: readonly HostTensor[];
  /** Whether the text is longer than the model reads. */
  readonly truncated: boolean;
}

/** Texts read before they are sorted by length. */
const window = 256;

/** A part of a batch's tensor `[rows, …]` without padding: row r, its first `length` places on each axis that has the batch's length. */
function cut({ shape, values, dtype }: HostTensor, row: number, length: number, axes: readonly number[]): HostTensor {
  const inner = shape.slice(1);
  const kept = inner.map((extent, axis) => (axes.includes(axis) ? length : extent));
  const size = inner.reduce((product, extent) => product * extent, 1);
  const out = new Float32Array(kept.reduce((product, extent) => product * extent, 1));
  const strides = inner.map((_, axis) => inner.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  let next = 0;
  const copy = (axis: number, from: number): void => {
    if (axis === inner.length - 1) {
      const last = kept[axis] as number;
      for (let i = 0; i < last; i++) out[next++] = values[from + i] as number;
      return;
    }
    for (let i = 0; i < (kept[axis] as number); i++) copy(axis + 1, from + i * (strides[axis] as number));
  };
  copy(0, row * size);
  return { shape: kept, dtype, values: out };
}

/**
 * Streams texts through the encoder, in their order and in constant memory: states of chosen layers, and attention weights.
 *
 * @throws {TypeError} for a string in place of texts, or an item that is none {RangeError} for a layer that the encoder does not have
 */
export async function* encodeTexts(
  model: LoadedModel,
  texts: Iterable<string> | AsyncIterable<string>,
  options: EncodeTextsOptions = {},
): AsyncGenerator<EncodedText, void, undefined> {
  checkOptions('encodeTexts', options, { layers: anything, attention: anything, rows: whole(1) });
  const { layers = [-1], attention = [], rows = 16 } = options;

  const blocks = model.config.layers;
  const wanted = layers.map((layer) => (layer < 0 ? blocks + 1 + layer : layer));
  const wrong = [
    ...layers.filter(
      (_, i) => !Number.isInteger(wanted[i]) || (wanted[i] as number) < 0 || (wanted[i] as number) > blocks,
    ),
    ...attention.filter((block) => !Number.isInteger(block) || block < 1 || block > blocks),
  ];
  if (wrong.length > 0)
    throw new RangeError(
      `encodeTexts: there is no layer ${wrong.join(', ')}; states are 0 to ${blocks} (or −1 for the last), attention is of blocks 1 to ${blocks}.`,
    );
  const run = model.once(`encode ${wanted} ${attention}`, () =>
    model.compile(({ encoder }, batch: ModelBatch<Tensor>) => {
      const { hidden, states, weights } = model.forward(encoder, batch);
      return {
        // After the last block comes, in a pre-layer-norm encoder, one more norm.
        states: wanted.map((layer) => (layer === blocks ? hidden : (states[layer] as Tensor))),
        attention: attention.map((block) => weights[block - 1] as Tensor),
      };
    }),
  );
  async function* flush(waiting: readonly string[]): AsyncGenerator<EncodedText> {
    const encodings = await model.tokenizer.encodeBatch(waiting);
    const found = new Array<EncodedText>(waiting.length);
    for (const chosen of byLength(encodings, rows)) {
      const own = chosen.map((i) => encodings[i] as PlacedEncoding);
      const outputs = await run(model.batchOf(own));
      for (const [row, i] of chosen.entries()) {
        const { ids, cut: left } = encodings[i] as PlacedEncoding;
        const text = waiting[i] as string;
        found[i] = {
          text,
          tokens: Array.from(ids, (id) => model.tokenizer.tokenOf(id) ?? ''),
          states: outputs.states.map((state) => cut(state, row, ids.length, [0])),
          attention: outputs.attention.map((weights) => cut(weights, row, ids.length, [1, 2])),
          truncated: left !== undefined,
        };
      }
    }
    yield* found;
  }
  let waiting: string[] = [];
  let number = 0;
  for await (const text of asStream('encodeTexts', texts)) {
    checkText(`encodeTexts: text ${number++}`, text);
    waiting.push(text);
    if (waiting.length < window) continue;
    yield* flush(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield* flush(waiting);
}
