/** Processes that train one model together: each sees its part of every batch, all hold the same parameters. */
export interface Replicas {
  /** Where this process runs, such as its host, for errors; default only the rank is named. */
  readonly place?: string;
  /** How sums of float32 travel; all must do alike. Default `float32`. */
  readonly exchange?: string;
  /** This process among them, from 0. */
  rank(): number;
  /** How many there are, from 1. */
  size(): number;
  /**
   * Replaces the numbers by their sum over all replicas, the same bits in each. Every replica calls it in the same order with as many numbers.
   *
   * @throws {Error} of the implementation, where the others do not answer in time
   */
  sum(values: Float32Array | Float64Array): Promise<void>;
}

/** Raised where replicas do not agree, or one of them does not answer. */
export class ReplicaError extends Error {
  override readonly name = 'ReplicaError';
}

/** Where replicas meet that run in one process. */
interface Meeting {
  readonly arrived: (Float32Array | Float64Array)[];
  readonly done: Promise<void>;
  readonly end: (problem?: Error) => void;
}

function newMeeting(): Meeting {
  let end: Meeting['end'] = () => {};
  const done = new Promise<void>((resolve, reject) => {
    end = (problem) => (problem ? reject(problem) : resolve());
  });
  done.catch(() => {});
  return { arrived: [], done, end };
}

/**
 * Replicas that are functions of one process, for tests: sums in the order of ranks, in double precision.
 *
 * @param size whole number from 1 @throws {RangeError} for another
 */
export function localReplicas(size: number): readonly Replicas[] {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`localReplicas: size must be a whole number from 1, got ${size}.`);
  const meetings: Meeting[] = [];
  return Array.from({ length: size }, (_, rank): Replicas => {
    let next = 0;
    return {
      rank: () => rank,
      size: () => size,
      sum: (values) => {
        const turn = next++;
        const meeting = (meetings[turn] ??= newMeeting());
        meeting.arrived[rank] = values;
        if (meeting.arrived.filter(Boolean).length === size) {
          delete meetings[turn];
          const lengths = meeting.arrived.map(({ length }) => length);
          if (lengths.some((length) => length !== values.length))
            meeting.end(new ReplicaError(`sum ${turn + 1}: replicas bring ${lengths.join(', ')} numbers.`));
          else {
            for (let i = 0; i < values.length; i++) {
              let total = 0;
              for (const own of meeting.arrived) total += own[i] as number;
              for (const own of meeting.arrived) own[i] = total;
            }
            meeting.end();
          }
        }
        return meeting.done;
      },
    };
  });
}
