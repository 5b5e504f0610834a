import type { Command } from 'commander';

/** A command of `cloze`: what it does in a line, and where it is loaded from when it is asked for. */
export interface ListedCommand {
  readonly name: string;
  readonly about: string;
  /** Declares it: options, help, action. */
  readonly load: () => Promise<(program: Command) => void>;
}

/** Every command, in the order of the help. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'pretrain',
    about: 'learn a language model from text: fresh, or going on from a checkpoint',
    load: async () => (await import('./commands/pretrain.ts')).addPretrain,
  },
  {
    name: 'fine-tune',
    about: 'learn classes, numbers, tags, spans and more from the rows of a file',
    load: async () => (await import('./commands/fine-tune.ts')).addFineTune,
  },
  {
    name: 'predict',
    about: 'classes, numbers, tags, spans or choices by a fine-tuned model',
    load: async () => (await import('./commands/predict.ts')).addPredict,
  },
  {
    name: 'evaluate',
    about: "figures of a model's predictions on the rows of a file, with intervals",
    load: async () => (await import('./commands/evaluate.ts')).addEvaluate,
  },
  {
    name: 'compare',
    about: 'the difference of two fine-tunings on the same rows, with its interval',
    load: async () => (await import('./commands/compare.ts')).addCompare,
  },
  {
    name: 'fill',
    about: 'guess the masked tokens of a text',
    load: async () => (await import('./commands/fill.ts')).addFill,
  },
  {
    name: 'embed',
    about: 'sentence vectors of the lines of a file',
    load: async () => (await import('./commands/embed.ts')).addEmbed,
  },
  {
    name: 'score',
    about: 'log-likelihood of sentences; minimal pairs; reranking',
    load: async () => (await import('./commands/score.ts')).addScore,
  },
  {
    name: 'explain',
    about: 'which tokens of a text speak for a prediction',
    load: async () => (await import('./commands/explain.ts')).addExplain,
  },
  {
    name: 'generate',
    about: 'continue a text with a UniLM or left-to-right checkpoint',
    load: async () => (await import('./commands/generate.ts')).addGenerate,
  },
  {
    name: 'mask',
    about: 'show what masking policies do to a sentence, or audit them on a corpus',
    load: async () => (await import('./commands/mask.ts')).addMask,
  },
  {
    name: 'pmi',
    about: 'collocations of a corpus, for PMI masking',
    load: async () => (await import('./commands/pmi.ts')).addPmi,
  },
  {
    name: 'trim',
    about: 'save a checkpoint without the tokens that a corpus does not use',
    load: async () => (await import('./commands/trim.ts')).addTrim,
  },
  {
    name: 'export',
    about: 'write a model as ONNX, for transformers.js, onnxruntime and browsers',
    load: async () => (await import('./commands/export.ts')).addExport,
  },
  {
    name: 'data',
    about: 'check a table before anything is trained on it; fetch, check and hand in tasks of CLUE and GLUE',
    load: async () => (await import('./commands/data.ts')).addData,
  },
  {
    name: 'push',
    about: 'upload a saved model to a hub, in one commit',
    load: async () => (await import('./commands/push.ts')).addPush,
  },
  {
    name: 'summary',
    about: 'parameters, bytes and FLOPs of a checkpoint by part',
    load: async () => (await import('./commands/summary.ts')).addSummary,
  },
  {
    name: 'doctor',
    about: 'which engine is used, on which devices, and why better ones are not',
    load: async () => (await import('./commands/doctor.ts')).addDoctor,
  },
];
