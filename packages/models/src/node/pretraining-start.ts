import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readUtf8, streamTexts } from '@cloze/datasets/node';
import { type HubOptions, type LoadedPretrained, loadPretrained, savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { writeWhole } from '@cloze/trainer/node';
import { type FreshSizes, type PretrainSettings, resolvePretraining } from '../pretrain/pretrain-settings.ts';
import { freshSizes, freshStart, grownStart, type PretrainingStart } from '../pretrain/starts.ts';
import { machineMemory } from './machine-memory.ts';

/** Going on from a checkpoint. */
export interface GoingOn {
  /** Folder or hub id. */
  readonly model: string;
  /** Words that become tokens: a file with one a line, or a list. */
  readonly addTokens?: string | readonly string[];
}

/** Text that fresh weights get their vocabulary from. */
interface VocabularySource {
  readonly corpus: string | readonly string[];
  readonly column: string | undefined;
}

/** Words to add: those given, or those of a file, one a line. @throws {RangeError} for a file without any */
function wordsOf(given: string | readonly string[]): readonly string[] {
  if (typeof given !== 'string') return given;
  const words = readUtf8(given)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (words.length === 0) throw new RangeError(`pretrain: ${given} has no word to add; write one a line.`);
  return words;
}

/**
 * Opens the checkpoint to go on from, its tokenizer grown by the words asked for.
 *
 * @throws {CheckpointError} for a checkpoint that cannot be opened {RangeError} for settings out of range
 */
export async function startFromCheckpoint(
  { model: base, addTokens: more }: GoingOn,
  given: PretrainSettings,
  hub: HubOptions,
  say: (line: string) => void,
): Promise<PretrainingStart> {
  const opened = await loadPretrained(base, { ...hub, fill: streamFrom(given.seed ?? 1).fork('missing weights') });
  const settings = resolvePretraining(given, opened.config.maximumLength - opened.config.positionOffset, false);
  if (opened.notes.length > 0) say(`${base}: ${opened.notes.join('; ')}.`);
  const added = more === undefined ? [] : wordsOf(more);
  return grownStart(base, opened, added, settings, say);
}

/** What fresh weights follow from, as JSON, by name. */
type Asked = Readonly<Record<string, unknown>>;

/** What the weights of a folder were asked with, where they say it; of folders that do not, what their config tells. */
async function askedBefore(
  folder: string,
  { family, config }: LoadedPretrained,
): Promise<{ readonly before: Asked; readonly isTold: boolean }> {
  const text = await readFile(`${folder}.json`, 'utf8').catch(() => undefined);
  if (text === undefined) {
    const { layers, width, leftToRight } = config;
    return { before: { layers, width, family: leftToRight ? 'left-to-right' : family }, isTold: false };
  }
  try {
    return { before: JSON.parse(text) as Asked, isTold: true };
  } catch {
    throw new Error(`${folder}.json is torn; remove it and ${folder}, and the run begins again.`);
  }
}

/**
 * Draws fresh weights over a vocabulary learnt from the corpus, and keeps them: a resume begins from what the run began from.
 *
 * @param folder where they are kept; what is there is taken if it was asked with the same, and drawn again if nothing was trained from it yet
 * @throws {RangeError} without layers or width, for settings out of range, or sizes that a run in that folder does not have, naming them
 */
export async function startFresh(
  source: VocabularySource,
  sizes: Partial<FreshSizes>,
  given: PretrainSettings,
  folder: string,
  say: (line: string) => void,
): Promise<PretrainingStart> {
  const { layers, width } = freshSizes(sizes);
  const settings = resolvePretraining(given, 65_535, true);
  const sizesAsked: Asked = { family: 'bert', ...sizes };
  const settingsAsked: Asked = { seed: settings.seed, length: settings.length, dropout: settings.dropout ?? null };
  const asked: Asked = { ...sizesAsked, ...settingsAsked };
  if (await stat(folder).catch(() => undefined)) {
    const there = await loadPretrained(folder);
    const { before, isTold } = await askedBefore(folder, there);
    // What one of them left out is the default, which the other may not have asked for.
    const differing = Object.keys({ ...asked, ...before }).filter(
      (name) => (isTold || name in before) && JSON.stringify(asked[name]) !== JSON.stringify(before[name]),
    );
    const begun = (await readdir(join(dirname(folder), 'checkpoints')).catch(() => [])).some((name) =>
      name.startsWith('checkpoint-'),
    );
    const wrong = differing.filter((name) => !(name in settingsAsked));
    const shown = (value: unknown) => (value === undefined ? 'the default' : JSON.stringify(value));
    if (begun && wrong.length > 0)
      throw new RangeError(
        `pretrain: ${dirname(folder)} was begun with other sizes: ${wrong.map((name) => `${name} is ${shown(asked[name])}, was ${shown(before[name])}`).join('; ')}. Use the same, or another output.`,
      );
    // Other settings are compared with those of the checkpoints, which name them.
    if (begun || differing.length === 0) return { loaded: there, settings, added: [] };
  }
  await rm(`${folder}.json`, { force: true });
  const texts = streamTexts(source.corpus, source.column === undefined ? {} : { column: source.column });
  const loaded = await freshStart(
    texts,
    { ...sizes, layers, width },
    settings,
    say,
    machineMemory({ name: 'reference' }),
  );
  await savePretrained(folder, loaded);
  writeWhole(`${folder}.json`, `${JSON.stringify(asked)}\n`);
  return { loaded: { ...loaded, ...(await loadPretrained(folder)) }, settings, added: [] };
}
