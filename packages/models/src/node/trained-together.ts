import type { Replicas } from '@cloze/trainer';

/** What a record says of processes that trained together when the training ended; nothing of one alone. */
export interface TrainedTogether {
  readonly replicas?: number;
  /** How their sums travelled, where not as float32. */
  readonly exchange?: string;
}

export const trainedTogether = (replicas: Replicas | undefined): TrainedTogether =>
  replicas === undefined
    ? {}
    : {
        replicas: replicas.size(),
        ...(replicas.exchange !== undefined && replicas.exchange !== 'float32' && { exchange: replicas.exchange }),
      };
