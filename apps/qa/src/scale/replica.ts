import { mpiReplicas, selectEngine, thisMachine } from '@cloze/backend';
import { encoderConfig, initialParameters } from '@cloze/encoder';
import { languageModelObjective } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { adamW, localReplicas, type Replicas, trainingStep, trainingVariables } from '@cloze/trainer';
import { randomTargets, vocabularySize, type Work } from '../perf/work.ts';

/** Milliseconds of the steps of one replica, apart: the least and the median. */
export interface ReplicaTimes {
  readonly replicas: number;
  readonly step: readonly [least: number, median: number];
  /** Waiting for the others is in it. */
  readonly exchange: readonly [least: number, median: number];
  readonly megabytes: number;
  /** Of the last step. */
  readonly loss: number;
}

/** How replicas are measured. */
export interface ReplicaMeasure {
  readonly steps: number;
  readonly threads: number;
  /** How gradients travel. */
  readonly exchange: 'float32' | 'bfloat16';
  /** Parts that each replica's rows are cut into; their gradients are gathered before the exchange. */
  readonly microbatches: number;
}

const leastAndMedian = (values: readonly number[]): [number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0] ?? Number.NaN, sorted[sorted.length >> 1] ?? Number.NaN];
};

/** Takes steps of a masked language model among replicas (alone outside of a job) and tells, as JSON on rank 0, what they took. */
export async function scaleReplica(
  work: Work,
  { steps, threads, exchange: kind, microbatches }: ReplicaMeasure,
): Promise<void> {
  const inJob = process.env.OMPI_COMM_WORLD_SIZE !== undefined;
  const mpi = inJob ? await mpiReplicas({ exchange: kind }) : undefined;
  const [alone] = localReplicas(1) as [Replicas];
  const replicas: Replicas = mpi ?? alone;
  const [rank, size] = [replicas.rank(), replicas.size()];
  let [waited, bytes] = [0, 0];
  const timed: Replicas = {
    rank: () => rank,
    size: () => size,
    sum: async (values) => {
      const began = performance.now();
      await replicas.sum(values);
      waited += performance.now() - began;
      bytes += values.byteLength;
    },
  };
  const { engine } = await selectEngine({ surroundings: thisMachine(), name: 'tensorflow' });
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers });
  const optimiser = adamW({ learningRate: 1e-4 });
  const variables = trainingVariables(engine, {
    parameters: initialParameters(config, streamFrom(1)),
    optimiser,
    // One machine alone takes the step that users take there.
    accumulate: size * microbatches > 1,
    placement: { intraOpThreads: threads },
  });
  const step = trainingStep({
    variables,
    objective: languageModelObjective('bert', config),
    optimiser,
    seed: 1,
    ...(size > 1 && { replicas: timed }),
  });
  const random = streamFrom(2).fork(rank);
  let loss = Number.NaN;
  const [whole, exchange]: [number[], number[]] = [[], []];
  for (let t = 1; t <= steps + 2; t++) {
    const parts = Array.from({ length: microbatches }, () =>
      randomTargets({ ...work, batch: work.batch / size / microbatches }, random),
    );
    const [first, ...more] = parts;
    if (!first) throw new RangeError('scale: a step has a microbatch.');
    await replicas.sum(new Float64Array(1));
    [waited, bytes] = [0, 0];
    const began = performance.now();
    ({ loss } = await step(t, first, ...more)); // at most some dozens
    // The first two make functions and warm memory.
    if (t > 2) {
      whole.push(performance.now() - began);
      exchange.push(waited);
    }
  }
  if (rank === 0) {
    const told: ReplicaTimes = {
      replicas: size,
      step: leastAndMedian(whole),
      exchange: leastAndMedian(exchange),
      // What travels of each number is half of it in bfloat16.
      megabytes: bytes / 1e6 / (kind === 'bfloat16' ? 2 : 1),
      loss,
    };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  }
  variables.dispose();
  engine.dispose();
  mpi?.close();
}
