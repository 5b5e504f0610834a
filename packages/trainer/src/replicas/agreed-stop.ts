import type { StopSignal } from '../run/stop-signal.ts';
import type { Replicas } from './replicas.ts';

/** A stop that all replicas make after the same step, whichever was told to. */
export interface AgreedStop {
  readonly signal: StopSignal;
  /** After every step: whether any replica was told to stop. */
  agree(): Promise<void>;
}

/** Without it a replica that stops leaves the others waiting for its part of the next sum. */
export function agreedStop(replicas: Replicas, signal: StopSignal | undefined): AgreedStop {
  const agreed = { aborted: false };
  return {
    signal: agreed,
    agree: async () => {
      const told = Float64Array.of(signal?.aborted ? 1 : 0);
      await replicas.sum(told);
      if ((told[0] as number) > 0) agreed.aborted = true;
    },
  };
}
