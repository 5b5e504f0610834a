import { hostname } from 'node:os';
import { checkOptions, oneOf, real, text } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import { narrowSum } from './narrow-sum.ts';
import { type Mpi, openMpi } from './open-mpi.ts';

/** How replicas meet over MPI. */
export interface MpiOptions {
  /** Seconds after which a sum that the others have not joined is an error, above 0, default 300: as long as the slowest first step. */
  readonly deadline?: number;
  /** The network interface that MPI's TCP uses, such as `eth1`; default Open MPI's choice, or what `--mca btl_tcp_if_include` said. On Linux a named one is the only one by which it can be reached; otherwise all are. */
  readonly interface?: string;
  /** How sums of float32 travel, default `float32`: `bfloat16` takes half the bytes and rounds each number to 8 bits of precision, there and back. The same in all. */
  readonly exchange?: 'float32' | 'bfloat16';
}

/** This process among those that `mpirun` or `srun` started: `Replicas` of `@cloze/trainer`. */
export interface MpiReplicas {
  /** This machine's name. */
  readonly place: string;
  /** How sums of float32 travel. */
  readonly exchange: 'float32' | 'bfloat16';
  rank(): number;
  size(): number;
  /** @throws {BackendError} where the others have not joined by the deadline, or MPI fails */
  sum(values: Float32Array | Float64Array): Promise<void>;
  /** Leaves the others in order; a process that ends without it ends the whole job. */
  close(): void;
}

/** Counts in MPI are ints of C; far below, so that the deadline is looked at between parts. */
const part = 1 << 26;

const laterTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

let joined: MpiReplicas | undefined;

function replicasOf(mpi: Mpi, deadline: number, exchange: MpiReplicas['exchange']): MpiReplicas {
  const { rank, size } = mpi;
  /** Open MPI moves data only while it is asked; JavaScript's other work has its turn between. */
  const arrival = async (arrived: () => boolean, count: number, until: number) => {
    while (!arrived()) {
      if (performance.now() > until)
        throw new BackendError(
          `mpiReplicas: rank ${rank} of ${size} waited ${deadline} s for a sum of ${count} numbers: another replica is stopped, slower than that, or cannot be reached. What was saved is as it was; start the job again.`,
        );
      await laterTurn();
    }
  };
  return {
    place: hostname(),
    exchange,
    rank: () => rank,
    size: () => size,
    sum: async (values) => {
      const until = performance.now() + 1000 * deadline;
      for (let from = 0; from < values.length; from += part) {
        const own = values.subarray(from, from + part);
        if (exchange === 'bfloat16' && own instanceof Float32Array)
          await narrowSum(own, size, {
            swap: (given, theirs) => arrival(mpi.beginSwap(given, theirs), own.length, until),
            share: (given, all) => arrival(mpi.beginShare(given, all), own.length, until),
          });
        else await arrival(mpi.beginSum(own), own.length, until);
      }
    },
    close: () => {
      mpi.finalize();
      joined = undefined;
    },
  };
}

/**
 * Joins the processes that Open MPI's `mpirun` (or Slurm's `srun`) started, so that they train one model: sums go through host memory, over shared
 * memory or TCP, and serve every engine. `mpirun -np 4 npx cloze pretrain …` does it; in code, `pretrain({ …, replicas: await mpiReplicas() })`.
 *
 * A process joins once: a second call gives the same.
 *
 * @throws {BackendError} where the process was started by neither, or Open MPI's library is not there, saying how to get it
 */
export async function mpiReplicas(options: MpiOptions = {}): Promise<MpiReplicas> {
  checkOptions('mpiReplicas', options, {
    deadline: real({ above: 0 }),
    interface: text,
    exchange: oneOf(['float32', 'bfloat16']),
  });
  const { deadline = 300, interface: name, exchange = 'float32' } = options;
  joined ??= replicasOf(await openMpi(name), deadline, exchange);
  return joined;
}
