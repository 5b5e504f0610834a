import { classifierHead, classify, familyOf } from '@cloze/encoder';
import type { LoadedModel } from '../model/loaded-model.ts';
import { withTokenHead } from '../tasks/head-outputs.ts';
import type { Prediction } from './prediction.ts';

/** The class of a text, by the classifier of a fine-tuned checkpoint; undefined for a checkpoint without. */
export function classPrediction(model: LoadedModel): Prediction | undefined {
  const { classifier, head: saved } = model.loaded;
  if (!classifier) return undefined;
  const names = Array.from({ length: classifier.bias.values.length }, (_, i) => saved?.labels?.[i] ?? `LABEL_${i}`);
  const own = classifierHead(model.family, model.config);
  const form = familyOf(model.family).heads.sequence;
  return {
    what: 'class',
    logits: (tensors, { hidden }, attend) => {
      const { head } = tensors;
      // A classifier of ours may read the first token itself, without the map that transformers' class has before it.
      const isOwn = !head.pooler && !head.classifierDense && form.map !== 'tokenHead';
      if (isOwn && head.classifier) return classify(head.classifier, hidden, attend);
      return own.classify(withTokenHead(tensors), hidden, { attend });
    },
    nameOf: (choice) => names[choice] as string,
    choiceOf: (name) => (names.includes(name) ? names.indexOf(name) : undefined),
  };
}
