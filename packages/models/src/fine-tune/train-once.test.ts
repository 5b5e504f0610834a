import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallModel, textsOf } from '../../test/small-model.ts';
import type { Model } from '../model/model.ts';
import { taskTokenizer } from '../model/task-tokenizer.ts';
import { openModel } from '../node/open-model.ts';
import type { TaskObjective } from '../tasks/prepared-task.ts';
import { classification } from '../tasks/task.ts';
import { prepareTask } from '../tasks/task-kinds.ts';
import { readExamples } from './read-examples.ts';
import { resolveSettings } from './settings.ts';
import { trainOnce } from './train-once.ts';

let model: Model;
beforeAll(async () => {
  model = await openModel(await smallModel());
});
afterAll(() => model.dispose());

const columns = classification({ text: 'text', label: 'label' });
const rows = textsOf(24).map((text, i) => ({ text, label: i % 2 === 0 ? 'a' : 'b' }));

it('rows without labels come beside the others, as many in each part of a batch, and change what is learnt only by the objective', async () => {
  const plain = prepareTask(columns, { model, rows });
  const tokenizer = taskTokenizer(model, model.maximumLength);
  const train = await readExamples('train', rows, plain, tokenizer);
  const unlabelled = await plain.encode(textsOf(40, 3), tokenizer);
  const settings = resolveSettings(
    { task: columns, maxSteps: 2, batchSize: 8, gradientAccumulationSteps: 2 },
    model.maximumLength,
  );
  const seen = new Set<string>();
  const objective: TaskObjective = (parameters, batch, key) => {
    seen.add(`${batch.ids.shape[0]} and ${batch.unlabelled?.ids.shape[0] ?? 'none'}`);
    return plain.objective(parameters, batch, key);
  };
  const place = { engine: model.engine, placement: { fuse: false }, identity: {} };
  const learn = (others?: typeof unlabelled) =>
    trainOnce(model, { ...plain, objective }, { train, dev: [], unlabelled: others }, settings, 1, place);
  const [without, beside] = [await learn(), await learn(unlabelled)];
  expect([...seen]).toEqual(['4 and none', '4 and 4']);
  expect(beside.parameters).toEqual(without.parameters);
});
