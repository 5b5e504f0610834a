import type { Engine } from '@cloze/backend';
import { pretrainedFiles } from '@cloze/encoder';
import { classification, fineTune, type LoadedModel, pretrain } from '@cloze/models';

/** Told the loss of every step. */
export type OnStep = (step: number, loss: number) => void;

/** Pretrains a small BERT on lines of text, and gives its files as Hugging Face lays them out: the same in a page and under Node. */
export async function pretrainOnText(
  text: string,
  engine: Engine,
  { steps, onStep = () => {} }: { readonly steps: number; readonly onStep?: OnStep },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { model } = await pretrain(
    {
      ...{ texts: text.split('\n'), engine, layers: 2, width: 32, heads: 2, vocabularySize: 500, dropout: 0 },
      ...{ maxSteps: steps, batchSize: 16, length: 32, heldOutRows: 0 },
      ...{ learningRate: 1e-2, lrSchedulerType: 'constant', warmupRatio: 0 },
    },
    { callbacks: [{ onStepEnd: ({ step, loss }) => onStep(step, loss) }] },
  );
  const files = new Map(pretrainedFiles(model.loaded));
  model.dispose();
  return files;
}

/** Learns classes of lines, `text ⇥ class`, and gives the probability of the first class for a text. */
export async function classifyByLines(
  model: LoadedModel,
  lines: string,
  question: string,
  { steps, onStep = () => {} }: { readonly steps: number; readonly onStep?: OnStep },
): Promise<Readonly<Record<string, number>>> {
  const train = lines.split('\n').map((line) => {
    const [text = '', label = ''] = line.split('\t');
    return { text, label };
  });
  const run = await fineTune(
    model,
    {
      ...{ task: classification({ text: 'text', label: 'label' }), train, devShare: 0, removeDuplicates: false },
      ...{ maxSteps: steps, batchSize: 4, learningRate: 1e-2, dropout: 0 },
    },
    { callbacks: [{ onStepEnd: ({ step, loss }) => onStep(step, loss) }] },
  );
  const [answer] = await run.model.predict([question]);
  run.model.dispose();
  return answer?.probabilities ?? {};
}
