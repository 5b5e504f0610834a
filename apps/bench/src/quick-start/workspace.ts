import type { HostTensor } from '@cloze/backend';
import type { EncoderConfig, EncoderParameters } from '@cloze/encoder';
import type { Checkpoints, StepRecord } from '@cloze/trainer';
import type { Contender } from './contender.ts';

/** A step with the seconds it took. */
export interface TimedRecord extends StepRecord {
  readonly seconds: number;
}

/** The steps of one pretraining, through all its interruptions. */
export interface StepLog {
  /** Those up to a step; later ones are forgotten. */
  resume(step: number): readonly TimedRecord[];
  append(record: TimedRecord): void;
}

/** Where a quick start keeps what it has done, so that the same command goes on from there. */
export interface Workspace {
  /** What an encoder came to in an earlier run with the same settings. */
  recall(contender: Contender): unknown;
  remember(contender: Contender, result: unknown): void;
  /** The caller closes them. */
  openCheckpoints(contender: Contender): Promise<Checkpoints>;
  openLog(contender: Contender): StepLog;
  /** Saves an encoder as Hugging Face lays it out. */
  saveEncoder(
    contender: Contender,
    parameters: EncoderParameters<HostTensor>,
    config: EncoderConfig,
    tokenizerFile: string,
  ): Promise<void>;
}
