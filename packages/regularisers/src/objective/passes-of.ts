import type { Passes } from './passes.ts';

/** The passes a step of an objective takes, as its regularisers declare them; 1 forward and 1 backward where nothing is declared. */
export function passesOf({ passes }: { readonly passes?: Passes }): Passes {
  return passes ?? { forward: 1, backward: 1 };
}
