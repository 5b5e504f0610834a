import { flattenTree, type Tensor } from '@cloze/backend';

/** What differs for some parameters; fields left out are the optimiser's own. */
export interface ParameterGroup {
  /** Default the optimiser's for kernels and tables, 0 for biases and norms. */
  readonly weightDecay?: number;
  /** Multiplies the learning rate; 0 freezes. Default 1. */
  readonly rateScale?: number;
}

/** Finds a parameter's group by its path, such as `layers/0/attention/query/kernel`. */
export type GroupOf = (path: string) => ParameterGroup;

/** Biases, and scales and offsets of norms, do not decay. */
export const decaysByDefault = (path: string): boolean => !/(^|\/)(bias|scale|offset)$/.test(path);

/** Decay and rate of one parameter. @internal */
export function settingsOf(
  path: string,
  rate: Tensor,
  {
    weightDecay,
    decays = decaysByDefault,
    groupOf = () => ({}),
  }: {
    readonly weightDecay: number;
    readonly decays?: ((path: string) => boolean) | undefined;
    readonly groupOf?: GroupOf | undefined;
  },
  scaled: (rate: Tensor, scale: number) => Tensor,
): { readonly decay: number; readonly rate: Tensor; readonly frozen: boolean } {
  const group = groupOf(path);
  const { rateScale = 1 } = group;
  return {
    decay: group.weightDecay ?? (decays(path) ? weightDecay : 0),
    rate: rateScale === 1 ? rate : scaled(rate, rateScale),
    frozen: rateScale === 0,
  };
}

/** A group with the paths it is meant for. */
export interface NamedGroup extends ParameterGroup {
  readonly match: RegExp;
}

/**
 * Groups by name for these parameters: the first that matches a path holds, the rest keep the optimiser's settings.
 *
 * @throws {RangeError} naming every pattern that matches nothing, with the paths there are
 */
export function parameterGroups(parameters: unknown, groups: readonly NamedGroup[]): GroupOf {
  const paths = flattenTree(parameters).map(([path]) => path);
  const idle = groups.filter(({ match }) => !paths.some((path) => path.search(match) >= 0));
  if (idle.length > 0) {
    throw new RangeError(
      `parameterGroups: no parameter matches ${idle.map(({ match }) => match).join(', ')}; there are ${paths.slice(0, 8).join(', ')}${paths.length > 8 ? `, … (${paths.length} in all)` : ''}.`,
    );
  }
  return (path) => {
    const found = groups.find(({ match }) => path.search(match) >= 0);
    if (!found) return {};
    const { match: _match, ...group } = found;
    return group;
  };
}

/**
 * Layer-wise learning rates: `decay^(layers − l)` for block l = 0, 1, …, `decay^(layers + 1)` below the blocks, 1 above (Howard
 * and Ruder 2018; ELECTRA's and BEiT's fine-tuning).
 *
 * @param decay per layer, such as 0.8 @param blocks the record of blocks, default `layers` @param below what lies under them, default `embeddings`
 */
export function layerwiseRates({
  layers,
  decay,
  blocks = 'layers',
  below = 'embeddings',
}: {
  readonly layers: number;
  readonly decay: number;
  readonly blocks?: string;
  readonly below?: string;
}): GroupOf {
  return (path) => {
    const parts = path.split('/');
    const block = parts.indexOf(blocks);
    if (block >= 0) return { rateScale: decay ** (layers - Number(parts[block + 1])) };
    return { rateScale: parts.includes(below) ? decay ** (layers + 1) : 1 };
  };
}
