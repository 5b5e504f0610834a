/** Names of what is compiled. */
export type KernelName = 'adam' | 'philoxRow' | 'philoxMasks';

/** A kernel over arrays that stay where they are: stretches of them are copied into its memory, which the processor's cache holds, and back. */
export interface OverStretches {
  readonly kind: 'overStretches';
  readonly kernel: KernelName;
  /** Numbers of a stretch; those of array `i` begin at byte `4 · stretch · i`. */
  readonly stretch: number;
  /** Of one length. */
  readonly arrays: readonly Float32Array<ArrayBuffer>[];
  /** How many of them, the first ones, are copied back. */
  readonly written: number;
  /** What the kernel takes behind the last byte of the first array. */
  readonly numbers: readonly number[];
}

/** Calls of a kernel that writes its memory from the beginning; their bytes follow one another in an array. */
export interface Fill {
  readonly kind: 'fill';
  readonly kernel: KernelName;
  /** What the kernel takes behind the place it begins at, for each call. */
  readonly calls: readonly (readonly (number | bigint)[])[];
  /** How many bytes a call writes; of the last, what the array has room for is kept. */
  readonly bytes: number;
  /** The one that is written. */
  readonly arrays: readonly [Uint8Array<ArrayBuffer>];
}

/** Work of kernels that any thread can do. */
export type KernelJob = OverStretches | Fill;

/** Compiled kernels. */
export type KernelModules = Readonly<Record<KernelName, object>>;

// The types of Node know WebAssembly's names but not its values.
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** Where threads meet: at 0 the number of the next piece of work, then how many are done, and how many of those failed. */
export const [donePieces, failedPieces] = [1, 2];

/**
 * What a thread does: pieces of jobs that nobody has taken, until there are none.
 *
 * Nothing outside the function is used in it, types apart: other threads get its text, so that no file has to be found where packages are
 * bundled.
 *
 * @returns a function of jobs, of the meeting place, and of the number of their first piece (pieces of other rounds have other numbers), which
 * gives how many pieces there are and how many of them were this thread's
 */
export function kernelWork(
  modules: KernelModules,
): (
  jobs: readonly KernelJob[],
  meeting: Int32Array,
  first: number,
) => { readonly pieces: number; readonly own: number } {
  interface Opened {
    readonly run: (...numbers: readonly (number | bigint)[]) => unknown;
    readonly memory: ArrayBuffer;
  }
  /** Numbers of a piece: half a millisecond's work at most. */
  const most = 1 << 16;
  const opened = new Map<string, Opened>();
  const open = (name: KernelName, bytes: number): Opened => {
    const known = opened.get(name);
    if (known && known.memory.byteLength >= bytes) return known;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
    const { exports } = new WebAssembly.Instance(modules[name], { host: { memory } });
    // What a module exports has no type: it is the function written out in the kernel.
    const made = { run: exports.run as Opened['run'], memory: memory.buffer };
    opened.set(name, made);
    return made;
  };
  const callsOf = ({ bytes }: Fill) => Math.max(1, Math.floor(most / bytes));
  const piecesOf = (job: KernelJob) =>
    job.kind === 'fill'
      ? Math.ceil(job.calls.length / callsOf(job))
      : Math.ceil((job.arrays[0] as Float32Array).length / most);
  const fill = (job: Fill, piece: number) => {
    const { run, memory } = open(job.kernel, job.bytes);
    const begin = piece * callsOf(job);
    const [into] = job.arrays;
    for (const [i, numbers] of job.calls.slice(begin, begin + callsOf(job)).entries()) {
      const at = (begin + i) * job.bytes;
      run(0, ...numbers);
      into.set(new Uint8Array(memory, 0, Math.min(job.bytes, into.length - at)), at);
    }
  };
  const overStretches = ({ arrays, stretch, written, numbers, kernel }: OverStretches, piece: number) => {
    const { run, memory } = open(kernel, 4 * stretch * arrays.length);
    const room = arrays.map((_, i) => new Float32Array(memory, 4 * stretch * i, stretch));
    const end = Math.min((arrays[0] as Float32Array).length, (piece + 1) * most);
    for (let from = piece * most; from < end; from += stretch) {
      const to = Math.min(end, from + stretch);
      for (const [i, values] of arrays.entries()) (room[i] as Float32Array).set(values.subarray(from, to));
      run(4 * (to - from), ...numbers);
      for (const [i, values] of arrays.entries())
        if (i < written) values.set((room[i] as Float32Array).subarray(0, to - from), from);
    }
  };
  return (jobs, meeting, first) => {
    const ends: number[] = [];
    let pieces = 0;
    for (const job of jobs) {
      pieces += piecesOf(job);
      ends.push(pieces);
    }
    let at = 0;
    let own = 0;
    for (;;) {
      const next = Atomics.load(meeting, 0);
      // Numbers go round at 2³¹.
      const piece = (next - first) | 0;
      if (piece < 0 || piece >= pieces) return { pieces, own };
      if (Atomics.compareExchange(meeting, 0, next, (next + 1) | 0) !== next) continue;
      while (piece >= (ends[at] as number)) at++;
      const job = jobs[at] as KernelJob;
      const inJob = piece - (at === 0 ? 0 : (ends[at - 1] as number));
      own++;
      try {
        if (job.kind === 'fill') fill(job, inJob);
        else overStretches(job, inJob);
      } catch (error) {
        Atomics.add(meeting, 2, 1);
        throw error;
      } finally {
        Atomics.add(meeting, 1, 1);
        Atomics.notify(meeting, 1);
      }
    }
  };
}
