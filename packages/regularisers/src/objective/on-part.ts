import type { Objective } from './objective.ts';
import { passesOf } from './passes-of.ts';
import { withPasses } from './with-passes.ts';

/**
 * An objective over one part of a batch: `onPart(objective, (batch) => batch.labelled)` of a labelled and an unlabelled stream.
 *
 * @param part what the objective sees; it sees nothing else
 */
export function onPart<P, B, C, O>(objective: Objective<P, C, O>, part: (batch: B) => C): Objective<P, B, O> {
  return withPasses((parameters, batch, key) => objective(parameters, part(batch), key), passesOf(objective));
}
