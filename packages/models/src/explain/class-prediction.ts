import { classifierHead, classify } from '@cloze/encoder';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { Prediction } from './prediction.ts';

/** The class of a text, by the classifier of a fine-tuned checkpoint; undefined for a checkpoint without. */
export function classPrediction(model: LoadedModel): Prediction | undefined {
  const { classifier, head: saved } = model.loaded;
  if (!classifier) return undefined;
  const names = Array.from({ length: classifier.bias.values.length }, (_, i) => saved?.labels?.[i] ?? `LABEL_${i}`);
  const own = classifierHead(model.family, model.config);
  return {
    what: 'class',
    logits: ({ head }, { hidden }, attend) => {
      // A classifier of ours may read the first token itself, without the map that transformers' class has before it.
      if (!head.pooler && !head.classifierDense && head.classifier) return classify(head.classifier, hidden, attend);
      return own.classify(head, hidden);
    },
    nameOf: (choice) => names[choice] as string,
    choiceOf: (name) => (names.includes(name) ? names.indexOf(name) : undefined),
  };
}
