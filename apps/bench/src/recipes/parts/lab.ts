import type { Engine, Placement } from '@cloze/backend';
import type { DataFolder } from './data-folder.ts';

/** A line of a run's `steps.jsonl`. */
export interface StepLine {
  /** The part of the run: `pretrain`, `fine-tune tnews`. */
  readonly phase: string;
  readonly step: number;
  /** The first step of the means, after the last of the line before; absent in records from before it was told. */
  readonly firstStep?: number;
  readonly [figure: string]: number | string | undefined;
}

/** What a run is given: an engine, data, a seed, a folder of its own, and somebody to tell. */
export interface Lab {
  readonly engine: Engine;
  readonly placement: Placement;
  readonly seed: number;
  /** The run's folder: checkpoints lie in it while it runs, an encoder if the run makes one. */
  readonly folder: string;
  readonly data: DataFolder;
  /** Folder or hub id of an encoder to begin from; undefined: fresh weights. */
  readonly encoder: string | undefined;
  /** Folder of what runs share, outside of the clone (`CLOZE_KEEP`). */
  readonly keep?: string | undefined;
  /** Hash of all that a run is told but for its seed: runs that share it may share what no seed decides. */
  readonly alike?: string | undefined;
  readonly signal: AbortSignal;
  /** Drops lines of a phase after a step, which a resumed phase writes again. */
  readonly rewind: (phase: string, step: number) => void;
  readonly log: (line: StepLine) => void;
  readonly say: (line: string) => void;
  /** Told the names of weights that the run uses and that the encoder's file lacks: the manifest keeps them, and `verify` refuses them. */
  readonly drawn?: (names: readonly string[]) => void;
  /** Seconds. */
  readonly now: () => number;
}
