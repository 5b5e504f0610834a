import { settingAt } from '../../recipes/setting-at.ts';
import type { JudgedRecipe } from './judge-recipe.ts';
import { settingsInForce } from './settings-in-force.ts';

/** What recipes that pretrain on streamed text call a setting, `pretrain`'s own names. */
const streamed: Readonly<Record<string, string>> = {
  'encoder.layers': 'pretraining.layers',
  'encoder.width': 'pretraining.width',
  'train.steps': 'pretraining.maxSteps',
  'train.batch': 'pretraining.batchSize',
};

/** A setting; the steps of a pretraining that a cooldown ended are those it had, and where a run is told of epochs `tune.train.steps` are none that it takes. */
function settingOf(settings: unknown, path: string): unknown {
  if (path === 'tune.train.steps' && typeof settingAt(settings, 'tune.epochs') === 'number') return undefined;
  return (
    (path === 'train.steps' ? settingAt(settings, 'cooldown.to') : undefined) ??
    settingAt(settings, path) ??
    settingAt(settings, streamed[path] ?? path) ??
    undefined
  );
}

/** A setting in words: what a record says may be of any kind, and an object need not turn into a text by itself. */
const inWords = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** One sentence on how small the runs were: what a reader must know before the figures. */
export function scaleOf({ records }: JudgedRecipe): string {
  const first = records[0];
  if (!first) return 'Not run yet.';
  const { data, size } = first.spec;
  /** What the runs were told, from the least to the most where they were told different things. */
  const told = (path: string): string | undefined => {
    const values = [
      ...new Set(
        records.map(({ spec }) => settingOf(settingsInForce(spec), path)).filter((value) => value !== undefined),
      ),
    ];
    const numbers = values.filter((value) => typeof value === 'number');
    // At most as many as runs were told different values.
    if (numbers.length > 1) return `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
    return values.length === 0 ? undefined : [...new Set(values.map(inWords))].join(' and ');
  };
  const say = (path: string, words: (value: string) => string) => {
    const value = told(path);
    return value === undefined ? [] : [words(value)];
  };
  // A recipe told of no tasks fine-tunes on none.
  const untuned = records.every(
    ({ spec }) => (settingAt(spec.settings, 'tasks') as readonly string[] | undefined)?.length === 0,
  );
  const tuned: typeof say = (path, words) => (untuned ? [] : say(path, words));
  const weights = [...new Set(records.flatMap(({ spec }) => spec.encoder?.sha256.slice(0, 8) ?? []))];
  const parts = [
    `size ${size}${data === 'poems' ? ', on poems' : ''}`,
    weights.length === 0
      ? 'from fresh weights'
      : `from ${weights.length > 1 ? 'encoders' : 'an encoder'} of ours (weights ${weights.join(', ')})`,
    ...(weights.length > 0 ? [] : say('encoder.layers', (layers) => `${layers} layers of ${told('encoder.width')}`)),
    ...say('train.steps', (steps) => `${steps} steps of pretraining in batches of ${told('train.batch')}`),
    ...say('corpus.documents', (documents) => `up to ${documents} documents`),
    ...tuned('tune.train.steps', (steps) => `${steps} steps of fine-tuning in batches of ${told('tune.train.batch')}`),
    ...tuned(
      'tune.epochs',
      (epochs) => `${epochs} epochs of fine-tuning in batches of ${told('tune.train.batch') ?? told('tune.batch')}`,
    ),
    // A limit of a million and more is none.
    ...tuned('tune.limits.train', (rows) => {
      const limits = rows.replaceAll(/\d{7,}/g, 'all');
      return `training rows: ${limits === 'all to all' ? 'all' : limits}`;
    }),
  ];
  const machine = first.manifest.machine;
  return `Ours: ${parts.join('; ')}. ${records.length} runs on ${machine.cores} cores (${machine.processor}), ${first.manifest.engine.name} ${first.manifest.engine.version}.`;
}
