import {
  compile,
  createVariables,
  type Engine,
  gatherRows,
  type HostTensor,
  logSoftmax,
  type Placement,
  reshape,
  type Tensor,
  type Variables,
} from '@cloze/backend';
import { anything, checkOptions, needed, oneOf, whole } from '@cloze/checks';
import { encodeBert } from '../bert/encode-bert.ts';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { predictTokens } from '../heads/predict-tokens.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { causal } from '../visible/causal.ts';
import { realKeys } from '../visible/real-keys.ts';
import { type Cache, cacheOf } from './cache.ts';
import type { Decoder } from './decoder.ts';
import { extend } from './extend.ts';

/** How many rows go side by side, and how they see. */
export interface DecoderOptions {
  /** Rows at once: sources of a greedy search, or beams of one source. */
  readonly rows: number;
  /** `prefix`: the source sees all of itself (UniLM); `causal`: a left-to-right model's prompt. */
  readonly source: 'prefix' | 'causal';
  /** Slots of the cache: source and continuation together; default the config's longest sequence. */
  readonly room?: number;
  /** Segment of generated tokens; default 1 for `prefix`, 0 for `causal`. */
  readonly segment?: number;
  readonly placement?: Placement;
}

/** A source, plain arrays of `[rows, length]`, pads on the right. */
export interface Source {
  readonly ids: Int32Array;
  readonly segments: Int32Array;
  readonly attend: Uint8Array;
}

interface State {
  readonly parameters: EncoderParameters<HostTensor>;
  readonly cache: Cache<HostTensor>;
}

/**
 * Puts an encoder and an empty cache on an engine and steps through texts token by token; searches (`greedySearch`, `beamSearch`) drive it.
 *
 * @returns a decoder; `dispose()` it when done
 */
export function createDecoder(
  engine: Engine,
  parameters: EncoderParameters<HostTensor>,
  config: EncoderConfig,
  options: DecoderOptions,
): Decoder & { begin(source: Source): void; dispose(): void } {
  checkOptions('createDecoder', options, {
    rows: needed(whole(1)),
    source: needed(oneOf(['prefix', 'causal'])),
    room: whole(1),
    segment: whole(0),
    placement: anything,
  });
  const { rows, source, room = config.maximumLength, segment = source === 'prefix' ? 1 : 0, placement } = options;

  const zeros = (...shape: number[]): HostTensor => ({
    shape,
    dtype: 'float32',
    values: new Float32Array(shape.reduce((n, extent) => n * extent, 1)),
  });
  const empty: Cache<HostTensor> = {
    layers: Array.from({ length: config.layers }, () => ({
      keys: zeros(rows, room, config.width),
      values: zeros(rows, room, config.width),
    })),
    taken: { shape: [rows, room], dtype: 'bool', values: new Uint8Array(rows * room) },
  };
  const variables: Variables<State> = createVariables<State>(engine, { parameters, cache: empty }, placement);
  const first = { shape: [rows, 1], dtype: 'int32', values: new Int32Array(rows) } as const;
  const logProbabilities = (tree: EncoderParameters<Tensor>, hidden: Tensor, positions: Tensor) =>
    reshape(logSoftmax(predictTokens(tree, hidden, positions, config)), [rows, -1]);

  const prefill = compile(
    variables,
    (state, batch: { ids: Tensor; segments: Tensor; attend: Tensor; last: Tensor }) => {
      const { parameters: tree } = state;
      const visible = source === 'causal' ? causal(batch.attend) : realKeys(batch.attend);
      const { hidden, keysValues } = encodeBert(tree, batch, config, undefined, { visible });
      const cache = cacheOf(keysValues, batch.attend, room, config);
      return { outputs: { next: logProbabilities(tree, hidden, batch.last) }, state: { cache } };
    },
  );
  const step = compile(
    variables,
    (
      state,
      batch: { parents: Tensor; ids: Tensor; segments: Tensor; positionIds: Tensor; targetPositions: Tensor },
    ) => {
      const { parameters: tree, cache: before } = state;
      const chosen = (x: Tensor) => gatherRows(x, batch.parents, { within: true });
      const cache = {
        layers: before.layers.map(({ keys, values }) => ({ keys: chosen(keys), values: chosen(values) })),
        taken: chosen(before.taken),
      };
      const { hidden, cache: after } = extend(tree, cache, batch, config);
      return {
        outputs: { next: logProbabilities(tree, hidden, batch.targetPositions) },
        state: { cache: after },
      };
    },
  );

  let begun: Source | undefined;
  let lengths: number[] = [];
  const column = (values: ArrayLike<number>): HostTensor => ({
    shape: [rows, 1],
    dtype: 'int32',
    values: Int32Array.from(values),
  });
  return {
    begin: (given) => {
      const length = given.ids.length / rows;
      if (!Number.isInteger(length) || length < 1)
        throw new RangeError(`createDecoder: ${given.ids.length} ids are not ${rows} rows of one length.`);
      begun = given;
      lengths = Array.from({ length: rows }, (_, row) =>
        given.attend.subarray(row * length, (row + 1) * length).reduce((n, real) => n + real, 0),
      );
    },
    start: async () => {
      if (!begun) throw new RangeError('createDecoder: begin(source) before a search.');
      const shape = [rows, begun.ids.length / rows];
      const { next } = await prefill({
        ids: { shape, dtype: 'int32', values: begun.ids },
        segments: { shape, dtype: 'int32', values: begun.segments },
        attend: { shape, dtype: 'bool', values: begun.attend },
        last: column(lengths.map((length) => length - 1)),
      });
      return next.values as Float32Array;
    },
    advance: async (parents, tokens) => {
      lengths = Array.from(parents, (parent) => lengths[parent] as number);
      const full = lengths.findIndex((length) => length >= room);
      if (full >= 0)
        throw new RangeError(`createDecoder: row ${full} has filled its ${room} slots; ask for fewer tokens.`);
      const { next } = await step({
        parents: { shape: [rows], dtype: 'int32', values: Int32Array.from(parents) },
        ids: column(tokens),
        segments: column(new Array(rows).fill(segment)),
        positionIds: column(lengths),
        targetPositions: first,
      });
      lengths = lengths.map((length) => length + 1);
      return next.values as Float32Array;
    },
    dispose: () => variables.dispose(),
  };
}
