import type { EncoderConfig } from '../config/encoder-config.ts';
import { type FamilyName, familyOf } from '../families/families.ts';
import type { HeadKind } from '../families/family.ts';
import { linearNames, type NamePair } from '../families/name-pairs.ts';

/** Every parameter of a model of this family and config, under Hugging Face's names. Names of optional parts are in `optionalNames`. */
export function modelNames(family: FamilyName, config: EncoderConfig): NamePair[] {
  return familyOf(family).names(config);
}

/** Names of a head's maps; `classifier` serves sequences, token labels and choices, and goes by another name where a dense map stands before it. */
export function headNames(family: FamilyName, kind: HeadKind): NamePair[] {
  if (kind === 'span') return linearNames('span', familyOf(family).heads.spanName ?? 'qa_outputs');
  if (kind === 'tokens') return linearNames('classifier', 'classifier');
  const { denseName, classifierName } = familyOf(family).heads[kind];
  return [
    ...(denseName === undefined ? [] : linearNames('classifierDense', denseName)),
    ...linearNames('classifier', classifierName),
  ];
}

/** Names of a conditional random field. */
export const crfNames: readonly NamePair[] = [
  { ours: 'crf/start', theirs: 'crf.start_transitions', transposed: false },
  { ours: 'crf/end', theirs: 'crf.end_transitions', transposed: false },
  { ours: 'crf/transitions', theirs: 'crf.transitions', transposed: false, isMatrix: true },
];

/** Names of parts a file may have besides: poolers, ELECTRA's detector, and the heads of fine-tuned models. The first name found is the part's, and of two parts that go by one name the head's kind decides. @param head default `sequence` */
export function optionalNames(family: FamilyName, head: HeadKind = 'sequence'): NamePair[] {
  const kinds = ['sequence', 'choice', 'tokens', 'span'] as const;
  const partOf = new Map(headNames(family, head).map(({ theirs, ours }) => [theirs, ours]));
  const others = kinds.flatMap((kind) => headNames(family, kind));
  return [
    ...familyOf(family).optionalNames,
    ...crfNames,
    ...others.filter(({ theirs, ours }) => (partOf.get(theirs) ?? ours) === ours),
  ];
}
