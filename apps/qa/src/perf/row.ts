import type { Engine } from '@cloze/backend';

/** Who does the same work: `--peer` names them. `ours` is another way of our own and always runs; `engine` is our side on the engine of `--against`. */
export type PeerName = 'torch' | 'transformers' | 'onnxruntime' | 'ours' | 'engine';

/** What a row is prepared with. */
export interface PerfContext {
  readonly engine: Engine;
  /** Another engine, on which our side of every comparison runs as well. */
  readonly against?: Engine | undefined;
  /** An interpreter with torch and transformers; none: no peer in Python runs. */
  readonly python: string | undefined;
  /** A data folder with `corpus/` and `vocab/`; none: the classical poems that come with the repository. */
  readonly data: string | undefined;
  /** A checkpoint that has learnt, for rows about accuracy; none: they are left out. */
  readonly model: string | undefined;
}

/** One side of a comparison, ready to run. */
export interface Side {
  /** Exactly what runs: library, version, settings. */
  readonly name: string;
  /** Does one unit of the work; resolves to its milliseconds. */
  readonly step: () => Promise<number>;
  /** The most memory its process has held, in MB. */
  readonly peakMegabytes: () => Promise<number>;
  readonly stop: () => void;
}

/** Who is compared with, and the least ratio (their time / our time) that is asked. */
export interface Peer {
  readonly kind: PeerName;
  readonly prepare: (context: PerfContext) => Promise<Side>;
  readonly reach: number;
}

/** Work that both sides do in turn. */
export interface Comparison {
  /** What is timed, exactly. */
  readonly row: string;
  readonly ours: (context: PerfContext) => Promise<Side>;
  readonly peers: readonly Peer[];
  /** The least ratio that is asked of our side on another engine (its time there / its time), default 0.8. */
  readonly engineReach?: number;
  /** Floating-point operations of one unit; with them GFLOP/s are told beside those of one big matrix product. */
  readonly flops?: number;
  /** Timed units of each side; default what the command was told. */
  readonly steps?: number;
  /** Units of each side before timing begins, default 2. */
  readonly warmup?: number;
}

/** A figure of our own, held against a limit. */
export interface Figure {
  readonly row: string;
  readonly value: number;
  readonly unit: string;
  readonly reach: number;
  readonly reach_is: 'at least' | 'at most';
  readonly [more: string]: unknown;
}

/** Figures without a peer; several may come of one run. */
export interface Measurement {
  readonly row: string;
  /** What of the context it cannot do without. */
  readonly needs?: readonly ('python' | 'data' | 'model')[];
  readonly measure: (context: PerfContext) => Promise<readonly Figure[]>;
}

export type PerfRow = Comparison | Measurement;
