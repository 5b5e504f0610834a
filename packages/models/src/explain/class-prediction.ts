import { constant, type HostTensor, type Tensor } from '@cloze/backend';
import { classify, type Linear } from '@cloze/encoder';
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
  // What stands before the classifier: RoBERTa's, ELECTRA's or RoFormer's dense map, BERT's pooler, or nothing.
  const activation = { roberta: 'tanh', electra: 'gelu' } as const;
  const family = model.family as keyof typeof activation;
  return {
    what: 'class',
    logits: ({ pooler }, { hidden }, attend) =>
      classify(held(classifier), hidden, attend, {
        ...(pooler && { pooling: 'pooler', pooler }),
        ...(classifierDense && {
          ...{ pooling: 'pooler', pooler: held(classifierDense) },
          poolerActivation: activation[family] ?? model.config.activation,
        }),
      }),
    nameOf: (choice) => names[choice] as string,
    choiceOf: (name) => (names.includes(name) ? names.indexOf(name) : undefined),
  };
}
