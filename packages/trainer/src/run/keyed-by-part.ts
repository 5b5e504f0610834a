import type { Checkpoint } from '../checkpoints/read-checkpoint.ts';

/** Where an optimiser's state stood in files before it was keyed by part, and where it stands now. */
const moved: Readonly<Record<string, string>> = { 'mean/': 'adamW/mean/', 'variance/': 'adamW/variance/' };

const current = (path: string): string => {
  const former = Object.keys(moved).find((beginning) => path.startsWith(beginning));
  return former === undefined ? path : `${moved[former]}${path.slice(former.length)}`;
};

/** The tensors of a checkpoint, the optimiser's by the paths of today: runs saved when AdamW was the only optimiser go on. */
export function keyedByPart({ optimiser, ...others }: Checkpoint['tensors']): Checkpoint['tensors'] {
  if (!optimiser) return others;
  return { ...others, optimiser: new Map([...optimiser].map(([path, tensor]) => [current(path), tensor])) };
}
