import type { Objective } from './objective.ts';

/** A function from objective to objective, over any model whose output has what it needs. */
export type Regulariser<Need, Options> = <P, B, O extends Need>(
  objective: Objective<P, B, O>,
  options: Options,
) => Objective<P, B, O>;
