import type { JudgedRecipe } from './judge-recipe.ts';

const at = (tree: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((held, name) => (held as Record<string, unknown> | undefined)?.[name], tree);

/** One sentence on how small the runs were: what a reader must know before the figures. */
export function scaleOf({ records }: JudgedRecipe): string {
  const first = records[0];
  if (!first) return 'Not run yet.';
  const { settings, encoder, data, size } = first.spec;
  const say = (path: string, words: (value: string) => string) => {
    const value = at(settings, path);
    return value === undefined ? [] : [words(String(value))];
  };
  const parts = [
    `size ${size}${data === 'poems' ? ', on poems' : ''}`,
    encoder ? `from an encoder of ours (weights ${encoder.sha256.slice(0, 8)})` : 'from fresh weights',
    ...(encoder ? [] : say('encoder.layers', (layers) => `${layers} layers of ${at(settings, 'encoder.width')}`)),
    ...say('train.steps', (steps) => `${steps} steps of pretraining in batches of ${at(settings, 'train.batch')}`),
    ...say('corpus.documents', (documents) => `up to ${documents} documents`),
    ...say(
      'tune.train.steps',
      (steps) => `${steps} steps of fine-tuning in batches of ${at(settings, 'tune.train.batch')}`,
    ),
  ];
  const machine = first.manifest.machine;
  return `Ours: ${parts.join('; ')}. ${records.length} runs on ${machine.cores} cores (${machine.processor}), ${first.manifest.engine.name} ${first.manifest.engine.version}.`;
}
