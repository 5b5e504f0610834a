import type { Placement } from '@cloze/backend';
import { mlmTraining, type PerfModel } from './mlm-training.ts';
import { ownSide } from './own-side.ts';
import type { PerfContext, Side } from './row.ts';
import { timed } from './timed.ts';
import type { Work } from './work.ts';

/** Our masked-language-model training step as a side; making its batch is not timed. */
export async function mlmSide(
  { engine }: PerfContext,
  work: Work,
  name: string,
  placement: Placement = {},
  model?: PerfModel,
): Promise<Side> {
  const { training, nextBatch } = mlmTraining(engine, work, placement, model);
  const step = () => {
    const batch = nextBatch();
    return timed(() => training.run(batch));
  };
  return ownSide(name, step, training.dispose);
}
