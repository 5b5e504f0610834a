import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constant, type HostTensor, transpose } from '@cloze/backend';
import { classify, readSafetensors } from '@cloze/encoder';
import type { OpenModel } from '../model/open-model.ts';
import type { Prediction } from './prediction.ts';

/**
 * The class of a text, by the `classifier` of a checkpoint as `BertForSequenceClassification` saves it (on the pooler if there is one).
 * Undefined for a checkpoint without.
 */
export function classPrediction(model: OpenModel): Prediction | undefined {
  const file = join(model.name, 'model.safetensors');
  if (!model.loaded.unexpected.includes('classifier.weight') || !existsSync(file)) return undefined;
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(file)));
  const kernel = tensors.get('classifier.weight') as HostTensor;
  const classes = kernel.shape[0] as number;
  const bias = tensors.get('classifier.bias')?.values ?? new Float32Array(classes);
  const named = (model.loaded.file.id2label ?? {}) as Record<string, string>;
  const names = Array.from({ length: classes }, (_, i) => named[i] ?? `LABEL_${i}`);
  return {
    what: 'class',
    logits: (tensorsOf, { hidden }, attend) =>
      classify(
        { kernel: transpose(constant(kernel.values, kernel.shape), [1, 0]), bias: constant(bias, [classes]) },
        hidden,
        attend,
        tensorsOf.pooler ? { pooling: 'pooler', pooler: tensorsOf.pooler } : {},
      ),
    nameOf: (choice) => names[choice] as string,
    choiceOf: (name) => (names.includes(name) ? names.indexOf(name) : undefined),
  };
}
