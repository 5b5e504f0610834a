import { z } from 'zod';
import { sizes } from '../recipes/define-recipe.ts';
import { fileName, innerPath } from './file-name.ts';

/** Text that is shown to people: one line, nothing that moves a terminal's cursor. */
const line = z
  .string()
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'expected no control characters');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256');
const count = z.int().min(0);

/** Whether lists and objects stand in each other more than 32 deep: no run says such a thing, and whoever writes or compares it overflows the stack. */
function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 32) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** What a run is told. */
export const specSchema = z.object({
  recipe: fileName,
  arm: fileName,
  row: line,
  seed: z.int().min(0).max(2147483647),
  size: z.enum(sizes),
  settings: z.unknown().refine((settings) => !isDeep(settings), 'expected settings at most 32 deep'),
  /** Where the encoder came from and the hash of its weights; absent: fresh weights. */
  encoder: z.exactOptional(z.object({ name: line, sha256: line })),
  /** Whether a data folder was given; what was read of it is in the manifest, with hashes. */
  data: z.enum(['folder', 'poems']),
});

/** `manifest.json`. */
export const manifestSchema = z.object({
  /** Since 2 every file is named, and the manifest is sealed. */
  schema: z.union([z.literal(1), z.literal(2)]),
  /** Hash of `spec.json`. */
  spec: hash,
  commit: line,
  /** Whether the working tree differed from the commit. */
  dirty: z.boolean(),
  versions: z.record(line, line),
  machine: z.record(line, z.union([line, z.number()])),
  engine: z.object({ name: line, version: line, threads: z.int().min(1).max(4096) }),
  /** Engines that earlier processes of the run had, where they were others. */
  enginesBefore: z.exactOptional(z.array(line).readonly()),
  data: z.array(z.object({ path: line, bytes: count, sha256: hash })).readonly(),
  started: z.iso.datetime(),
  finished: z.iso.datetime(),
  /** Of all processes, by a clock that only goes forward. */
  seconds: z.number().min(0),
  /** Times the run was taken up again. */
  resumed: count,
  /** Names of weights that were drawn at random because the encoder's file lacks them; absent where all were read. */
  drawn: z.exactOptional(z.array(line).readonly()),
  /** The last step that each phase logged. */
  log: z.exactOptional(z.record(line, count)),
  /** Hashes of the other files of the record, all that lie in its folder. */
  files: z.record(innerPath, hash),
  /** SHA-256 of the rest as canonical JSON: a figure that was changed by hand or by a disk is noticed. */
  seal: z.exactOptional(hash),
});

const figures = {
  set: line,
  metric: line,
  value: z.number(),
  n: count,
  higherIsBetter: z.boolean(),
  /** Of the examples; absent: all alike. */
  weights: z.exactOptional(z.array(z.number().min(0)).readonly()),
};

export const scoreSchema = z.object({
  ...figures,
  /** What each example adds: the value is their weighted mean. Empty where it is no mean (Spearman). */
  examples: z.array(z.number()).readonly(),
});

const measures = z.record(line, z.number());
/** Anything small a report shows; of what one draws, the form is known. */
const extras = z.exactOptional(
  z.object({
    attention: z.exactOptional(
      z.object({ tokens: z.array(z.string()), layers: z.array(z.array(z.array(z.number()))) }),
    ),
  }),
);

/** `scores.json`. */
export const scoreFileSchema = z.object({ scores: z.array(scoreSchema).readonly(), measures, extras });

/** A line of `steps.jsonl`. */
export const stepSchema = z.object({ phase: line, step: count }).catchall(z.union([z.number(), line]));

/** Scores whose examples are 0 or 100 only, as bits: `n` of them, which the text must hold. */
const packed = z.object({ bits: z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'expected Base64') });
const compactScore = z
  .looseObject({ ...figures, examples: z.union([z.array(z.number()), packed]) })
  .superRefine(({ n, examples }, context) => {
    if ('bits' in examples && Math.ceil(n / 8) !== Buffer.byteLength(examples.bits, 'base64'))
      context.addIssue({
        code: 'custom',
        path: ['n'],
        message: `n is ${n}, its examples are ${Buffer.byteLength(examples.bits, 'base64')} bytes of 8`,
      });
  });

/** A record without predictions, checkpoints and most steps: what is committed. */
export const compactSchema = z.object({
  spec: specSchema,
  manifest: manifestSchema,
  scores: z.array(compactScore),
  measures,
  extras,
  steps: z.array(stepSchema),
});

const id = z.union([z.number(), line]);

/** A line of `predictions.jsonl`, by its kind. */
export const predictionSchema = z.discriminatedUnion('kind', [
  z.object({ set: line, kind: z.literal('class'), id, label: z.string(), prediction: z.string() }),
  z.object({
    ...{ set: line, kind: z.enum(['f1', 'matthews']), id },
    ...{ label: z.enum(['0', '1']), prediction: z.enum(['0', '1']) },
  }),
  z.object({ set: line, kind: z.literal('entities'), id, label: z.string(), prediction: z.string() }),
  z.object({
    ...{ set: line, kind: z.enum(['exact-match', 'overlap']), id },
    ...{ references: z.array(z.string()).min(1), prediction: z.string() },
  }),
  z.object({ set: line, kind: z.literal('loss'), id, loss: z.number(), tokens: count }),
  z.object({ set: line, kind: z.literal('text'), id, reference: z.string(), prediction: z.string() }),
  z.object({ set: line, kind: z.literal('similarity'), id, label: z.number(), prediction: z.number() }),
]);

/** The problems of a value in words: where, and what was expected; the first three. */
export function problemsOf({ issues = [] }: Partial<z.ZodError> = {}): string {
  const told = issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  return `${told.join('; ')}${issues.length > 3 ? `; and ${issues.length - 3} more` : ''}`;
}
