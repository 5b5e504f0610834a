import { processors, type ThreadMemory, threadMemory } from '#machine';
import { BackendError } from '../errors.ts';
import { type DType, type HostTensor, hostArrays, sizeOf } from '../expression/host-tensors.ts';
import { kernelModules } from '../lowering/kernel-modules.ts';
import { donePieces, failedPieces, type KernelJob, kernelWork } from '../lowering/kernel-work.ts';

/** Values that kernels work on. */
export interface Held extends HostTensor {
  readonly values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
}

/** Threads that do kernels' work, this one among them. */
export interface KernelThreads {
  /** Memory that all threads see, not cleared. */
  hold(spec: { readonly shape: readonly number[]; readonly dtype: DType }): Held;
  /**
   * Does jobs, all of them when it returns. Pieces go to whoever is free, so that a thread that wakes late makes nobody wait; jobs over other
   * memory than `hold`'s are this thread's.
   *
   * @returns how many pieces other threads did
   * @throws {BackendError} where another thread failed or ended in the middle
   */
  run(jobs: readonly KernelJob[]): number;
  /** Frees memory of `hold`, which nothing may use any more. */
  release(held: Held): void;
  /** Ends the threads and frees all memory, which nothing may use any more. */
  dispose(): void;
}

/** From this many numbers on, calling another thread costs less than it saves. */
const worthwhile = 1 << 18;
/** More threads than this wait for memory. */
const mostThreads = 8;
/** A piece of work takes less than a millisecond. */
const patience = 20_000;

/** An array as another thread finds it. */
interface Sent {
  readonly address: bigint;
  readonly bytes: number;
}

const numbersOf = (job: KernelJob) =>
  job.kind === 'fill' ? job.calls.length * job.bytes : (job.arrays[0]?.length ?? 0);

/** What another thread runs. Its text is all that it gets: see `kernelWork`. */
const workThere = `({ modules, meeting }, viewOf) => {
  const work = (${kernelWork})(modules);
  return ({ jobs, first }) =>
    work(
      jobs.map((job) => {
        const Values = job.kind === 'fill' ? Uint8Array : Float32Array;
        return { ...job, arrays: job.arrays.map(({ address, bytes }) => new Values(viewOf(address, bytes))) };
      }),
      meeting,
      first,
    );
}`;

/**
 * @param count threads in all, default as many as the machine runs; 1 for this one alone, with JavaScript's own memory
 */
export function kernelThreads(count: number = processors()): KernelThreads {
  const memory = count > 1 ? threadMemory() : undefined;
  // A page that is not isolated has no SharedArrayBuffer, and one thread needs none.
  const meeting = new Int32Array(memory ? new SharedArrayBuffer(12) : new ArrayBuffer(12));
  let opened: ReturnType<typeof kernelWork> | undefined;
  let others: ReturnType<ThreadMemory['startThread']>[] | undefined;
  let first = 0;
  /** Arrays as another thread finds them; nothing where one of them is other memory. */
  const sentOf = ({ arrays }: KernelJob): Sent[] | undefined => {
    const sent = arrays.flatMap(({ buffer, byteLength: bytes }) => {
      const address = memory?.addressOf(buffer);
      return address === undefined ? [] : [{ address, bytes }];
    });
    return sent.length === arrays.length ? sent : undefined;
  };
  return {
    hold: ({ shape, dtype }) => {
      const of = hostArrays[dtype];
      const size = sizeOf(shape);
      const buffer = memory?.allocate(size * of.BYTES_PER_ELEMENT) ?? new ArrayBuffer(size * of.BYTES_PER_ELEMENT);
      return { shape: [...shape], dtype, values: new of(buffer) };
    },
    run: (jobs) => {
      opened ??= kernelWork(kernelModules());
      const work = opened;
      const shared: KernelJob[] = [];
      const elsewhere: KernelJob[] = [];
      const sent: object[] = [];
      for (const job of jobs) {
        const arrays = sentOf(job);
        if (arrays) sent.push({ ...job, arrays });
        (arrays ? shared : elsewhere).push(job);
      }
      const alone = (own: readonly KernelJob[]) => work(own, new Int32Array(3), 0);
      if (!memory || shared.reduce((sum, job) => sum + numbersOf(job), 0) < worthwhile) {
        alone(jobs);
        return 0;
      }
      others ??= Array.from({ length: Math.min(count, mostThreads) - 1 }, () =>
        memory.startThread(workThere, { modules: kernelModules(), meeting }),
      );
      for (const { send } of others) send({ jobs: sent, first });
      alone(elsewhere);
      const { pieces, own } = work(shared, meeting, first);
      first = (first + pieces) | 0;
      for (let done = Atomics.load(meeting, donePieces); done !== first; done = Atomics.load(meeting, donePieces))
        if (Atomics.wait(meeting, donePieces, done, patience) === 'timed-out')
          throw new BackendError(
            'a thread that updates parameters ended in the middle of its work: go on from the last checkpoint.',
          );
      if (Atomics.load(meeting, failedPieces) > 0)
        throw new BackendError('a thread that updates parameters failed: go on from the last checkpoint.');
      return pieces - own;
    },
    release: ({ values }) => memory?.free(values.buffer),
    dispose: () => {
      for (const { stop } of others ?? []) stop();
      others = [];
      memory?.free();
    },
  };
}
