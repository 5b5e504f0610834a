import type { EncoderConfig } from '../config/encoder-config.ts';

type Shared = Pick<EncoderConfig, 'layers' | 'sharedLayers' | 'layerGroups' | 'groupLayers'>;

/** How many blocks have weights: `layers`, or, where they are shared, those of each group. */
export const storedLayers = ({ layers, sharedLayers, layerGroups = 1, groupLayers = 1 }: Shared): number =>
  sharedLayers ? layerGroups * groupLayers : layers;

/**
 * Which stored block runs, in the order they run: 0, 1, 2, …; of shared ones at step i all blocks of group ⌊i / (layers / groups)⌋ (ALBERT, Lan et al. 2020).
 */
export function layerSequence({ layers, sharedLayers, layerGroups = 1, groupLayers = 1 }: Shared): number[] {
  const steps = Array.from({ length: layers }, (_, step) => step);
  if (!sharedLayers) return steps;
  return steps.flatMap((step) => {
    const group = Math.floor(step / (layers / layerGroups));
    return Array.from({ length: groupLayers }, (_, inner) => group * groupLayers + inner);
  });
}
