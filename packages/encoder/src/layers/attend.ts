import {
  add,
  bounded,
  broadcastTo,
  cast,
  concat,
  dropout,
  forkKey,
  gatherRows,
  type Key,
  linear,
  matmul,
  mergeHeads,
  multiply,
  reshape,
  sigmoid,
  slice,
  splitHeads,
  type Tensor,
  transpose,
  visibleSoftmax,
} from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { BlockParameters } from '../parameters/parameter-tree.ts';
import { attendNearby, isLongFor, type NearbyOperands } from './attend-nearby.ts';
import { disentangledScores } from './disentangled-scores.ts';
import { relativeScores } from './relative-scores.ts';
import { rotate } from './rotate.ts';

/** Keys and values of positions already seen, both `[batch, past, width]`; rotary keys, and values with `rotaryValues`, are stored turned. */
export interface KeysValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** What attention looks at: BERT passes the stream as its own source, T-TA the raw input. */
export interface AttendOperands {
  /** `[batch, queries, width]` */
  readonly stream: Tensor;
  /** `[batch, keys, width]` */
  readonly source: Tensor;
  /** bool, broadcastable to `[batch, heads, queries, past + keys]` */
  readonly visible: Tensor;
  /** int32 `[batch, queries]`, the positions of stream and source; default 0, 1, 2, … Absolute positions are in the embeddings already. */
  readonly positionIds?: Tensor | undefined;
  readonly past?: KeysValues | undefined;
  /** The source's keys and values, where they have been computed for several layers at once (`projectAll`). */
  readonly projected?: KeysValues | undefined;
  /** How far a token sees, where every real token within it is seen: long rows then work in blocks, and `weights` alone form `[queries, keys]`. */
  readonly near?: Pick<NearbyOperands, 'real' | 'texts' | 'reach'> | undefined;
  /** The base of rotary angles; default the config's. */
  readonly rotaryBase?: number | undefined;
  /** Of `disentangled` positions: the table of distances that all layers share, `[2 · span, width]`. */
  readonly distances?: Tensor | undefined;
  /** What is added to the scores, `[1 or batch, heads, queries, keys]` (`distanceBias`). */
  readonly bias?: Tensor | undefined;
  /** Whether the graph's length is left open. */
  readonly openLength?: boolean | undefined;
}

/** What attention gives: the mixture before its output map, the weights before dropout, and the new keys and values for a cache. */
export interface Attended extends KeysValues {
  readonly mixed: Tensor;
  readonly weights: Tensor;
}

/** Keys so far, or none: the newest stand behind those of a cache. */
const behind = (past: Tensor | undefined, newest: Tensor) => (past ? concat([past, newest], 1) : newest);

/** A map or table that the config's kind of attention needs. @throws {RangeError} naming it where it lacks */
function needed<T>(part: T | undefined, name: string, { attentionKind, positionKind }: EncoderConfig): T {
  if (part === undefined)
    throw new RangeError(
      `attend: attentionKind '${attentionKind}' with positionKind '${positionKind}' needs '${name}' among the parameters.`,
    );
  return part;
}

/** Scores of queries and keys made from stream and source, and the new keys. */
function scoresByProducts(
  parameters: BlockParameters<Tensor>['attention'],
  operands: AttendOperands,
  config: EncoderConfig,
  key: Key | undefined,
): { readonly scores: Tensor; readonly newKeys: Tensor; readonly queries: Tensor; readonly ownKeys: Tensor } {
  const { stream, source, positionIds, past, projected, rotaryBase } = operands;
  const { heads, positionKind, maximumLength } = config;
  const turn = { base: rotaryBase ?? config.rotaryBase, pairs: config.rotaryPairs };
  const place = (x: Tensor) => (positionKind === 'rotary' ? rotate(x, heads, positionIds, maximumLength, turn) : x);
  const newKeys = place(projected?.keys ?? linear(source, needed(parameters.key, 'key', config)));
  const queries = splitHeads(place(linear(stream, needed(parameters.query, 'query', config))), heads);
  const ownKeys = splitHeads(behind(past?.keys, newKeys), heads);
  const products = matmul(queries, ownKeys, { transposeB: true });
  if ((positionKind === 'relative' || positionKind === 'disentangled') && past)
    throw new RangeError(`attend: positionKind '${positionKind}' cannot use a cache.`);
  const features = config.width / heads;
  const scaled = (scores: Tensor, parts = 1) => multiply(scores, 1 / Math.sqrt(features * parts));
  const found = { newKeys, queries, ownKeys };
  if (positionKind === 'relative') {
    const distances = needed(parameters.distances, 'distances', config);
    return { scores: scaled(add(products, relativeScores(queries, distances, positionIds))), ...found };
  }
  if (positionKind === 'disentangled') {
    const byDistance = byDistances(parameters, operands, { queries, keys: ownKeys }, config, key);
    return {
      scores: scaled(
        add(products, byDistance),
        config.disentangledParts === undefined || config.disentangledParts === 'both' ? 3 : 2,
      ),
      ...found,
    };
  }
  return { scores: scaled(products), ...found };
}

/** DeBERTa's scores of distances, whose table is dropped out anew in every layer. */
function byDistances(
  parameters: BlockParameters<Tensor>['attention'],
  { distances, positionIds, openLength }: AttendOperands,
  content: { readonly queries: Tensor; readonly keys: Tensor },
  config: EncoderConfig,
  key: Key | undefined,
): Tensor {
  const { disentangledParts: parts = 'both', sharedPositionMaps } = config;
  const [keyMap, queryMap] = sharedPositionMaps
    ? (['key', 'query'] as const)
    : (['positionKey', 'positionQuery'] as const);
  const table = needed(distances, 'distances', config);
  return disentangledScores(
    {
      ...content,
      ...{ positionIds, openLength },
      distances: dropout(table, { rate: config.dropout, key: key && forkKey(key, 'distances') }),
      ...(parts !== 'positionToContent' && { toKeys: needed(parameters[keyMap], keyMap, config) }),
      ...(parts !== 'contentToPosition' && { toQueries: needed(parameters[queryMap], queryMap, config) }),
    },
    config,
  );
}

/** Scores from a learned table of positions, the same for every text (Synthesizer "R"): its corner, or the entries of the positions given, `[batch, heads, queries, keys]`. */
function scoresByTable(
  parameters: BlockParameters<Tensor>['attention'],
  { stream, source, past, positionIds }: AttendOperands,
  config: EncoderConfig,
): Tensor {
  const { heads, maximumLength } = config;
  const [batch, queries] = stream.shape as [number, number];
  const keys = source.shape[1] as number;
  if (past) throw new RangeError("attend: attentionKind 'random' has no keys to cache.");
  const table = needed(parameters.scores, 'scores', config);
  if (positionIds) return entriesAt(table, positionIds, config);
  if (queries > maximumLength)
    throw new RangeError(
      `A sequence of ${queries} tokens is longer than the score table of ${maximumLength}; truncate.`,
    );
  const corner = slice(table, [0, 0, 0], [heads, queries, keys]);
  return broadcastTo(reshape(corner, [1, heads, queries, keys]), [batch, heads, queries, keys]);
}

/** Entries `[p_i, p_j]` of a score table for positions of each row's own; one outside makes its query NaN. */
function entriesAt(table: Tensor, positionIds: Tensor, { heads, maximumLength }: EncoderConfig): Tensor {
  const [batch, length] = positionIds.shape as [number, number];
  const { places, poison } = bounded(positionIds, maximumLength, 'attend');
  const entry = add(multiply(reshape(places, [batch, length, 1]), maximumLength), reshape(places, [batch, 1, length]));
  const byEntry = transpose(reshape(table, [heads, maximumLength * maximumLength]), [1, 0]);
  const scores = transpose(gatherRows(byEntry, entry, { within: true }), [0, 3, 1, 2]);
  return add(scores, reshape(poison, [batch, 1, length, 1]));
}

/** Multi-head attention of the kind and with the positions that the config names; a query that sees nothing gets zeros. */
export function attend(
  parameters: BlockParameters<Tensor>['attention'],
  operands: AttendOperands,
  config: EncoderConfig,
  key: Key | undefined,
): Attended {
  const { source, visible, past, projected, near, bias } = operands;
  const { heads, attentionKind, attentionDropout } = config;
  const plainValues = projected?.values ?? linear(source, parameters.value);
  const newValues = config.rotaryValues
    ? rotate(plainValues, heads, operands.positionIds, config.maximumLength, {
        base: operands.rotaryBase ?? config.rotaryBase,
        pairs: config.rotaryPairs,
      })
    : plainValues;
  // A Synthesizer has no keys: its values stand for them in what is given back.
  const { scores, newKeys, queries, ownKeys } =
    attentionKind === 'random'
      ? {
          ...{ scores: scoresByTable(parameters, operands, config), newKeys: newValues },
          ...{ queries: undefined, ownKeys: undefined },
        }
      : scoresByProducts(parameters, operands, config, key);
  if (bias && past) throw new RangeError('attend: a bias of distances cannot use a cache.');
  const biased = bias ? add(scores, bias) : scores;
  const weights =
    attentionKind === 'sigmoid' ? multiply(sigmoid(biased), cast(visible, 'float32')) : visibleSoftmax(biased, visible);
  const ownValues = splitHeads(behind(past?.values, newValues), heads);
  const dropping = { rate: attentionDropout, key };
  const inBlocks =
    near && queries && !past && !bias && attentionKind === 'dot' && /absolute|rotary/.test(config.positionKind);
  const mixed = mergeHeads(
    inBlocks && isLongFor(source.shape[1] as number, near.reach)
      ? attendNearby({ ...near, queries, keys: ownKeys, values: ownValues }, dropping)
      : matmul(dropout(weights, dropping), ownValues),
  );
  return { mixed, weights, keys: newKeys, values: newValues };
}
