import { constant, type HostTensor, type Tensor } from '@cloze/backend';
import { classifierHead, classify, type Linear } from '@cloze/encoder';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { Prediction } from './prediction.ts';

const held = ({ kernel, bias }: Linear<HostTensor>): Linear<Tensor> => ({
  kernel: constant(kernel.values, kernel.shape),
  bias: constant(bias.values, bias.shape),
});

/** The class of a text, by the classifier of a fine-tuned checkpoint; undefined for a checkpoint without. */
export function classPrediction(model: LoadedModel): Prediction | undefined {
  const { classifier, classifierDense, file } = model.loaded;
  if (!classifier) return undefined;
  const named = (file.id2label ?? {}) as Record<string, string>;
  const names = Array.from({ length: classifier.bias.values.length }, (_, i) => named[i] ?? `LABEL_${i}`);
  const head = classifierHead(model.family, model.config);
  return {
    what: 'class',
    logits: ({ pooler }, { hidden }, attend) => {
      // A classifier of ours may read the first token itself, without the map that transformers' class has before it.
      if (!pooler && !classifierDense) return classify(held(classifier), hidden, attend);
      const maps = { ...(pooler && { pooler }), ...(classifierDense && { classifierDense: held(classifierDense) }) };
      return head.classify({ classifier: held(classifier), ...maps }, hidden);
    },
    nameOf: (choice) => names[choice] as string,
    choiceOf: (name) => (names.includes(name) ? names.indexOf(name) : undefined),
  };
}
