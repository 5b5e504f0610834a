import type { Checkpoints } from '../checkpoints/open-checkpoints.ts';
import type { StopSignal } from '../run/stop-signal.ts';
import { agreedStop } from './agreed-stop.ts';
import { checkReplicas } from './exchange.ts';
import { ReplicaError, type Replicas } from './replicas.ts';
import { replicatedCheckpoints } from './replicated-checkpoints.ts';

/** A training's part among replicas. */
export interface Joined {
  readonly rank: number;
  readonly size: number;
  /** Of all of them: rank 0 has the files. */
  readonly checkpoints: Checkpoints | undefined;
  /** Raised in all after the same step. */
  readonly signal: StopSignal | undefined;
  /** To be called after each step: whether any was told to stop. */
  readonly afterStep: () => Promise<void>;
}

/** What joins. */
export interface JoinOptions {
  /** Rows of a whole batch. */
  readonly batchSize: number;
  /** Microbatches that each replica cuts its rows into. */
  readonly gradientAccumulationSteps: number;
  /** What all must share, by name: settings, hashes of data and weights, engine. */
  readonly shared: Readonly<Record<string, unknown>>;
  readonly checkpoints: Checkpoints | undefined;
  readonly signal: StopSignal | undefined;
}

/**
 * Joins the others that train the same, or nobody: a training without replicas is one of one.
 *
 * @throws {ReplicaError} where the batch does not divide, or the others train something else, naming what
 */
export async function joinReplicas(
  replicas: Replicas | undefined,
  { batchSize, gradientAccumulationSteps: parts, shared, checkpoints, signal }: JoinOptions,
): Promise<Joined> {
  if (!replicas) return { rank: 0, size: 1, checkpoints, signal, afterStep: async () => {} };
  const [rank, size] = [replicas.rank(), replicas.size()];
  if (batchSize % (size * parts) !== 0)
    throw new ReplicaError(
      `a batch of ${batchSize} rows does not divide among ${size} replicas of ${parts} microbatches; give a multiple of ${size * parts}.`,
    );
  await checkReplicas(replicas, { ...shared, exchange: replicas.exchange ?? 'float32' });
  const stop = agreedStop(replicas, signal);
  // Nothing is kept where rank 0 keeps nothing.
  const kept = Float64Array.of(checkpoints && rank === 0 ? 1 : 0);
  await replicas.sum(kept);
  return {
    rank,
    size,
    checkpoints: kept[0] === 1 ? replicatedCheckpoints(replicas, rank === 0 ? checkpoints : undefined) : undefined,
    signal: stop.signal,
    afterStep: stop.agree,
  };
}
