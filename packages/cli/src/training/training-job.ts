import { type MpiOptions, mpiReplicas, startedByMpi } from '@cloze/backend';
import type { Replicas } from '@cloze/trainer';
import { say } from '../terminal/say.ts';

/** This process among those that train one model; alone where nobody started several. */
export interface TrainingJob {
  readonly replicas: Replicas | undefined;
  /** Whether this one saves, shows and prints: rank 0. */
  readonly first: boolean;
  /** Tells what is worth knowing, once for all. */
  readonly say: (line: string) => void;
  /** Leaves the others in order; after an error nobody leaves, so that the whole job ends. */
  readonly end: () => void;
}

/** Joins the job that `mpirun` or `srun` started. @param options of `mpiReplicas`; those left out are left to it */
export async function joinTrainingJob(options: MpiOptions): Promise<TrainingJob> {
  if (!startedByMpi(process.env)) return { replicas: undefined, first: true, say, end: () => {} };
  const replicas = await mpiReplicas(options);
  const first = replicas.rank() === 0;
  if (first) say(`${replicas.size()} replicas train together, ${replicas.place} among them.`);
  return { replicas, first, say: first ? say : () => {}, end: () => replicas.close() };
}
