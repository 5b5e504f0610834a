import { classesFor, type FamilyName, familyOf } from '../families/families.ts';
import type { HeadKind } from '../families/family.ts';
import { CheckpointError } from './checkpoint-error.ts';
import type { CheckpointExtras } from './convert/checkpoint-extras.ts';

/** transformers' names of what a `sequence` head is trained on. */
export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification';

/** What a fine-tuned head is for: it decides the class of transformers, the names in the file and `id2label`. */
export interface FineTunedHead {
  readonly kind: HeadKind;
  /** Names of the classes, in the order of the outputs (`id2label`, `label2id`). */
  readonly labels?: readonly string[];
  /** Of a `sequence` head (`problem_type`). */
  readonly problemType?: ProblemType;
}

const problemTypes: readonly ProblemType[] = [
  'regression',
  'single_label_classification',
  'multi_label_classification',
];

const needsDense = (family: FamilyName, kind: HeadKind): boolean =>
  (kind === 'sequence' || kind === 'choice') && familyOf(family).heads[kind].map === 'classifierDense';

/** Names of the parts that a head of this kind has and these lack. A pooler is the encoder's. */
export function missingParts(
  family: FamilyName,
  { classifier, classifierDense, span }: CheckpointExtras,
  { kind }: FineTunedHead,
): string[] {
  if (kind === 'span') return span ? [] : ['span'];
  return [
    ...(classifier ? [] : ['classifier']),
    ...(needsDense(family, kind) && !classifierDense ? ['classifierDense'] : []),
  ];
}

/** The kind of the head among these parts: what `head` says, else what the parts can be; undefined without a head. @throws {CheckpointError} where a part of that head is missing */
export function headKindOf(family: FamilyName, parts: CheckpointExtras, head?: FineTunedHead): HeadKind | undefined {
  if (head) {
    const missing = missingParts(family, parts, head);
    if (missing.length > 0)
      throw new CheckpointError(`A '${head.kind}' head of family '${family}' needs ${missing.join(' and ')}.`);
    return head.kind;
  }
  if (!parts.classifier) return parts.span && 'span';
  return needsDense(family, 'sequence') && !parts.classifierDense ? 'tokens' : 'sequence';
}

/** What is wrong with the keys of `config.json` that say what a head is for. */
export function headProblems(file: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const { id2label, num_labels: count, problem_type: problem } = file;
  if (id2label !== undefined && id2label !== null) {
    const ids = typeof id2label === 'object' ? Object.keys(id2label).map(Number) : undefined;
    // A name is a class by its number: a gap would shift the names behind it.
    if (!ids || Array.isArray(id2label) || [...ids].sort((a, b) => a - b).some((id, i) => id !== i))
      problems.push(
        `'id2label' must name the classes 0, 1, 2, … one by one, got ${JSON.stringify(id2label).slice(0, 200)}`,
      );
    else if (typeof count === 'number' && count !== ids.length)
      problems.push(`'num_labels' is ${count}, 'id2label' names ${ids.length}`);
  }
  if (problem !== undefined && problem !== null && !problemTypes.some((name) => name === problem))
    problems.push(`'problem_type' must be ${problemTypes.join(' or ')}, got ${JSON.stringify(problem)}`);
  // ELECTRA's choice head is a summary of a form that the file may choose.
  const [architecture] = Array.isArray(file.architectures) ? file.architectures : [];
  if (architecture === 'ElectraForMultipleChoice')
    for (const [key, usual] of Object.entries(electraSummary))
      if ((file[key] ?? usual) !== usual)
        problems.push(`'${key}' is ${JSON.stringify(file[key])}, read is only ${JSON.stringify(usual)}`);
  return problems;
}

/** The form of ELECTRA's choice head that is built here, transformers' default. */
const electraSummary: Readonly<Record<string, unknown>> = {
  summary_type: 'first',
  summary_use_proj: true,
  summary_activation: 'gelu',
  summary_proj_to_labels: false,
};

/** What `config.json` says of a head; undefined where its class has none. */
export function readHead(family: FamilyName, file: Readonly<Record<string, unknown>>): FineTunedHead | undefined {
  const classes = classesFor(family, file.model_type);
  const [architecture] = Array.isArray(file.architectures) ? file.architectures : [];
  const kind = (['sequence', 'tokens', 'span', 'choice'] as const).find((name) => classes[name] === architecture);
  if (!kind) return undefined;
  const named = file.id2label;
  const labels =
    typeof named === 'object' && named !== null
      ? Object.entries(named)
          .sort(([a], [b]) => Number(a) - Number(b))
          .map(([, label]) => String(label))
      : undefined;
  // transformers' own names for classes without names.
  const isUnnamed = labels?.every((label, id) => label === unnamed(id)) ?? true;
  const problemType = problemTypes.find((name) => name === file.problem_type);
  return { kind, ...(labels && !isUnnamed && { labels }), ...(problemType && { problemType }) };
}

/** The name transformers gives a class that has none. */
const unnamed = (id: number) => `LABEL_${id}`;

/** The keys of `config.json` that say what a head is for. @param outputs classes of its classifier, 0 where they are no classes */
export function writeHead(
  { labels: named, problemType }: Omit<FineTunedHead, 'kind'>,
  outputs: number,
): Readonly<Record<string, unknown>> {
  // Without `id2label` transformers takes two classes for granted.
  const labels = named ?? (outputs > 0 ? Array.from({ length: outputs }, (_, id) => unnamed(id)) : undefined);
  return {
    ...(labels && {
      id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    }),
    ...(problemType && { problem_type: problemType }),
  };
}
