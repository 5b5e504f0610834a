import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readUtf8, streamTexts } from '@cloze/datasets/node';
import { type EncoderConfig, encoderConfig, estimateMemory, familyOf } from '@cloze/encoder';
import { type HubOptions, type LoadedPretrained, loadPretrained, savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { trainVocabulary } from '@cloze/tokenizer';
import { writeWhole } from '@cloze/trainer/node';
import { shownBytes } from '../model/expected-cost.ts';
import { addTokens } from '../pretrain/add-tokens.ts';
import { freshWeights } from '../pretrain/fresh-weights.ts';
import {
  type FreshSizes,
  type PretrainSettings,
  type ResolvedPretraining,
  resolvePretraining,
} from '../pretrain/pretrain-settings.ts';
import { machineMemory } from './machine-memory.ts';

/** Going on from a checkpoint. */
export interface GoingOn {
  /** Folder or hub id. */
  readonly model: string;
  /** Words that become tokens: a file with one a line, or a list. */
  readonly addTokens?: string | readonly string[];
}

/** What a pretraining begins from. */
export interface PretrainingStart {
  readonly loaded: LoadedPretrained;
  readonly settings: ResolvedPretraining;
  /** The folder or hub id; undefined for fresh weights. */
  readonly base?: string;
  /** Words that were added. */
  readonly added: readonly string[];
  /** The config that is saved, where it is not the one that is learnt with: a checkpoint keeps its own dropout. */
  readonly kept?: EncoderConfig;
}

/** Text that fresh weights get their vocabulary from. */
interface VocabularySource {
  readonly corpus: string | readonly string[];
  readonly column: string | undefined;
}

/** Characters of the corpus that a vocabulary is learnt from. */
const vocabularyCharacters = 10_000_000;

/** Fresh weights over a vocabulary that is learnt from the beginning of the corpus. */
async function freshStart(
  { corpus, column }: VocabularySource,
  { family = 'bert', layers, width, heads, feedForwardWidth, vocabularySize = 8000 }: FreshSizes,
  { length, seed, dropout = 0.1 }: ResolvedPretraining,
  say: (line: string) => void,
): Promise<LoadedPretrained> {
  const texts: string[] = [];
  let characters = 0;
  for await (const text of streamTexts(corpus, column === undefined ? {} : { column })) {
    texts.push(text);
    characters += text.length;
    if (characters >= vocabularyCharacters) break;
  }
  const vocabulary = trainVocabulary(texts, { size: vocabularySize });
  say(
    `vocabulary: ${vocabulary.tokens.length.toLocaleString('en')} tokens from ${characters.toLocaleString('en')} characters.`,
  );
  const of = family === 'left-to-right' ? 'bert' : family;
  const { fresh = {} } = familyOf(of);
  const config = encoderConfig({
    ...fresh,
    ...{ layers, width, vocabularySize: vocabulary.tokens.length },
    ...(fresh.embeddingWidth !== undefined && { embeddingWidth: Math.min(fresh.embeddingWidth, width) }),
    // MPNet's and RoBERTa's first rows are no positions.
    maximumLength: length + (fresh.positionOffset ?? 0),
    ...(heads !== undefined && { heads }),
    ...(feedForwardWidth !== undefined && { feedForwardWidth }),
    ...{ dropout, attentionDropout: dropout },
    ...(family === 'left-to-right' && { leftToRight: true }),
  });
  const { parameters } = estimateMemory(config, { family: of, batch: 1, length });
  const memory = machineMemory({ name: 'reference' });
  if (parameters > memory)
    throw new RangeError(
      `pretrain: ${layers} layers of width ${width} are ${shownBytes(parameters)} of weights, and this machine has ${shownBytes(memory)}; ask for a smaller model.`,
    );
  return freshWeights(vocabulary, config, {
    family: of,
    random: streamFrom(seed).fork('weights'),
  });
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
  const grown = await addTokens(base, opened, added);
  if (added.length > 0 && grown === opened)
    say(`${base} has each of the ${added.length} words to add as a token already.`);
  const { dropout } = settings;
  const config = dropout === undefined ? grown.config : { ...grown.config, dropout, attentionDropout: dropout };
  return { loaded: { ...grown, config }, settings, base, added, kept: grown.config };
}

/** What fresh weights follow from, as JSON, by name. */
type Asked = Readonly<Record<string, unknown>>;

/** What the weights of a folder were asked with; of folders that do not say, what their config tells. */
async function askedBefore(folder: string, { family, config }: LoadedPretrained): Promise<Asked> {
  const text = await readFile(`${folder}.json`, 'utf8').catch(() => undefined);
  if (text === undefined)
    return { layers: config.layers, width: config.width, family: config.leftToRight ? 'left-to-right' : family };
  try {
    return JSON.parse(text) as Asked;
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
  const { layers, width } = sizes;
  if (layers === undefined || width === undefined)
    throw new RangeError(
      "pretrain: fresh weights need 'layers' and 'width'; or give 'model', a folder or hub id to go on from.",
    );
  const settings = resolvePretraining(given, 65_535, true);
  const sizesAsked: Asked = { family: 'bert', ...sizes };
  const asked: Asked = {
    ...sizesAsked,
    seed: settings.seed,
    length: settings.length,
    dropout: settings.dropout ?? null,
  };
  if (await stat(folder).catch(() => undefined)) {
    const there = await loadPretrained(folder);
    const before = await askedBefore(folder, there);
    const differing = (names: Asked) =>
      Object.keys(names).filter(
        (name) => name in before && JSON.stringify(names[name]) !== JSON.stringify(before[name]),
      );
    const begun = (await readdir(join(dirname(folder), 'checkpoints')).catch(() => [])).some((name) =>
      name.startsWith('checkpoint-'),
    );
    const wrong = differing(sizesAsked);
    if (begun && wrong.length > 0)
      throw new RangeError(
        `pretrain: ${dirname(folder)} was begun with other sizes: ${wrong.map((name) => `${name} is ${JSON.stringify(sizesAsked[name])}, was ${JSON.stringify(before[name])}`).join('; ')}. Use the same, or another output.`,
      );
    // Other settings are compared with those of the checkpoints, which name them.
    if (begun || differing(asked).length === 0) return { loaded: there, settings, added: [] };
  }
  await rm(`${folder}.json`, { force: true });
  const loaded = await freshStart(source, { ...sizes, layers, width }, settings, say);
  await savePretrained(folder, loaded);
  writeWhole(`${folder}.json`, `${JSON.stringify(asked)}\n`);
  return { loaded: { ...loaded, ...(await loadPretrained(folder)) }, settings, added: [] };
}
