import { flattenTree, type HostTensor } from '@cloze/backend';
import { anything, checkOptions } from '@cloze/checks';
import type { EncoderConfig } from '../../config/encoder-config.ts';
import { type FamilyName, familyOf } from '../../families/families.ts';
import type { EncoderParameters } from '../../parameters/parameter-tree.ts';
import { type FineTunedHead, headKindOf } from '../fine-tuned-head.ts';
import { crfNames, headNames, modelNames } from '../model-names.ts';
import type { CheckpointExtras } from './checkpoint-extras.ts';
import { putBelow, transpose } from './tensor-layout.ts';

/**
 * Our parameters under Hugging Face's names, ready for `writeSafetensors`. A tied output matrix is the token table and is not repeated.
 *
 * @param family default `bert` @param head what the classifier is for; default: sequences, or token labels where the dense map of sequences lacks
 */
export function checkpointFromParameters(
  parameters: EncoderParameters<HostTensor>,
  config: EncoderConfig,
  options: CheckpointExtras & { readonly family?: FamilyName; readonly head?: FineTunedHead } = {},
): Map<string, HostTensor> {
  checkOptions('checkpointFromParameters', options, {
    pooler: anything,
    detector: anything,
    classifier: anything,
    classifierDense: anything,
    span: anything,
    crf: anything,
    sentenceOrder: anything,
    family: anything,
    head: anything,
  });
  const { family = 'bert', head, ...extras } = options;

  const leaves = new Map([...flattenTree(parameters), ...flattenTree(extras)]);
  const file = new Map<string, HostTensor>();
  const written = new Set<string>();
  const kind = headKindOf(family, extras, head);
  const record = familyOf(family);
  const names = [
    ...modelNames(family, config),
    ...record.optionalNames,
    ...(kind ? headNames(family, kind) : []),
    ...headNames(family, 'span'),
    ...headNames(family, 'tokens'),
    ...crfNames,
  ];
  for (const { ours, theirs, transposed, part } of names) {
    const leaf = leaves.get(ours);
    if (!leaf || written.has(ours)) continue;
    written.add(ours);
    const laid = transposed ? transpose(leaf) : leaf;
    const above = part && part.index > 0 ? file.get(theirs) : undefined;
    file.set(theirs, above && part ? putBelow(above, laid, part) : laid);
  }
  for (const [name, constant] of record.constants?.(config) ?? []) file.set(name, constant);
  const { output, bias } = parameters.languageModel;
  if (output) {
    const name = record.outputName;
    file.set(name, output);
    // A head of its own adds its own bias, not the one beside it; ELECTRA has only one.
    if (bias) file.set(name.replace(/weight$/, 'bias'), bias);
  }
  return file;
}
