import type { Schedule } from '../schedules/schedule.ts';

/** Parameters by their path: a text is a path or its beginning (`encoder/layers/0`), an expression is searched for. */
export type PathPattern = string | RegExp;

/** What differs for some parameters; fields left out are the optimiser's own. */
export interface ParameterGroup {
  readonly match: PathPattern;
  /** Default the optimiser's for kernels and tables, 0 for biases and norms. */
  readonly weightDecay?: number;
  /** Multiplies the learning rate; 0 freezes. Default 1. */
  readonly rateScale?: number;
}

/**
 * Learning rates that fall from layer to layer: `decay^(layers − l)` for block l = 0, 1, …, `decay^(layers + 1)` below the blocks,
 * 1 above (Howard and Ruder 2018; ELECTRA's and BEiT's fine-tuning).
 */
export interface LayerwiseDecay {
  /** Blocks there are. */
  readonly layers: number;
  /** Per layer, such as 0.8. */
  readonly decay: number;
  /** The record of blocks, default `layers`. */
  readonly blocks?: string;
  /** What lies under them, default `embeddings`. */
  readonly below?: string;
}

/** Settings that every optimiser has. */
export interface LeafSettings {
  /** A number, or a function of the step t = 1, 2, …, such as `schedule({ … })`. */
  readonly learningRate: number | Schedule;
  /** λ ≥ 0 of kernels and tables; biases, and scales and offsets of norms, do not decay. Each optimiser has its default. */
  readonly weightDecay?: number;
  /** What differs for some parameters, the first that matches holds; default none. */
  readonly groups?: readonly ParameterGroup[];
  /** Default none: one rate for all. */
  readonly layerwiseDecay?: LayerwiseDecay;
  /** Parameters that stay as they are: no gradient is computed for them, no state kept. Default none. */
  readonly frozen?: readonly PathPattern[];
}

/** Decay and rate of one parameter. */
export interface LeafSetting {
  readonly decay: number;
  readonly rateScale: number;
}

/** Whether a path is what a pattern names. */
export function matches(pattern: PathPattern, path: string): boolean {
  return typeof pattern === 'string' ? path === pattern || path.startsWith(`${pattern}/`) : path.search(pattern) >= 0;
}

/** Biases, and scales and offsets of norms, do not decay. */
export const decaysByDefault = (path: string): boolean => !/(^|\/)(bias|scale|offset)$/.test(path);

function layerScale(path: string, { layers, decay, blocks = 'layers', below = 'embeddings' }: LayerwiseDecay): number {
  const parts = path.split('/');
  const block = parts.indexOf(blocks);
  if (block >= 0) return decay ** (layers - Number(parts[block + 1]));
  return parts.includes(below) ? decay ** (layers + 1) : 1;
}

/** What settings mean for one parameter; a rate of 0 is frozen. */
export function settingOf(
  path: string,
  { weightDecay = 0, groups = [], layerwiseDecay, frozen = [] }: Omit<LeafSettings, 'learningRate'>,
): LeafSetting {
  const group = groups.find(({ match }) => matches(match, path));
  const stays = frozen.some((pattern) => matches(pattern, path));
  return {
    decay: group?.weightDecay ?? (decaysByDefault(path) ? weightDecay : 0),
    rateScale: stays ? 0 : (group?.rateScale ?? 1) * (layerwiseDecay ? layerScale(path, layerwiseDecay) : 1),
  };
}

/** @throws {RangeError} naming every pattern that matches no parameter, with the paths there are */
export function checkPatterns(
  where: string,
  paths: readonly string[],
  { groups = [], frozen = [] }: Pick<LeafSettings, 'groups' | 'frozen'>,
): void {
  const patterns = [...groups.map(({ match }) => match), ...frozen];
  const idle = patterns.filter((pattern) => !paths.some((path) => matches(pattern, path)));
  if (idle.length > 0) {
    throw new RangeError(
      `${where}: no parameter matches ${idle.join(', ')}; there are ${paths.slice(0, 8).join(', ')}${paths.length > 8 ? `, … (${paths.length} in all)` : ''}.`,
    );
  }
}
