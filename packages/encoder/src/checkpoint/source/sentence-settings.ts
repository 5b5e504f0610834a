import type { SentencePooling } from '../../heads/embed-sentence.ts';
import { CheckpointError } from '../checkpoint-error.ts';
import { jsonObject } from './json-object.ts';

/** What sentence-transformers' files of a folder say of a sentence vector. */
export interface SentenceSettings {
  /** How tokens become one vector; undefined where the files say nothing. */
  readonly pooling?: SentencePooling;
  /** Whether a vector is divided by its length. */
  readonly normalise: boolean;
  /** Tokens a text may have, special ones included; the rest is cut off. */
  readonly maximumLength?: number;
  /** Whether texts are lower-cased first, whatever the tokenizer does. */
  readonly lowercase: boolean;
  /** What is written before every text. */
  readonly prompt?: string;
  /** What the files ask for and is not built here, a sentence part each. */
  readonly problems: readonly string[];
}

/** Reads a file of the folder; undefined where it is not there. */
export type ReadFile = (name: string) => Promise<Uint8Array | undefined>;

/** A key that is read only where it says one of these. */
const only = (...values: readonly unknown[]) => ({ only: values });
const harmless = 'harmless';
const read = 'read';

/** Every key of sentence-transformers' files, and what becomes of it: `read`, `harmless`, or refused by name where it says anything but these. */
export const sentenceKeys = {
  /** An item of `modules.json`. */
  'modules.json': { idx: harmless, name: harmless, path: read, type: read, kwargs: only([], {}) },
  'config_sentence_transformers.json': {
    __version__: harmless,
    prompts: read,
    default_prompt_name: read,
    // Which function compares two vectors; the vectors are the same.
    similarity_fn_name: harmless,
    model_type: only('SentenceTransformer'),
    truncate_dim: only(null),
  },
  'sentence_bert_config.json': {
    max_seq_length: read,
    do_lower_case: read,
    transformer_task: only('feature-extraction'),
    modality_config: only({ text: { method: 'forward', method_output_name: 'last_hidden_state' } }),
    module_output_name: only('token_embeddings'),
    processing_kwargs: only({}, null),
    // How rows are packed, not what comes out.
    unpad_inputs: harmless,
    query_length: only(null),
    document_length: only(null),
    query_expansion: only(null),
    tokenizer_name_or_path: only(null, ''),
    model_args: only({}, null),
    model_kwargs: only({}, null),
    tokenizer_args: only({}, null),
    processor_kwargs: only({}, null),
    config_args: only({}, null),
    config_kwargs: only({}, null),
  },
  '1_Pooling/config.json': {
    embedding_dimension: harmless,
    word_embedding_dimension: harmless,
    pooling_mode: read,
    include_prompt: read,
    pooling_mode_cls_token: read,
    pooling_mode_mean_tokens: read,
    pooling_mode_max_tokens: read,
    pooling_mode_mean_sqrt_len_tokens: read,
    pooling_mode_weightedmean_tokens: read,
    pooling_mode_lasttoken: read,
  },
  '2_Normalize/config.json': {
    module_input_name: only('sentence_embedding'),
    module_output_name: only('sentence_embedding', null),
  },
} as const;

type Keys = Readonly<Record<string, string | { readonly only: readonly unknown[] }>>;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Notes keys of a file that say what is not built here. */
function judgeKeys(file: Readonly<Record<string, unknown>>, keys: Keys, name: string, problems: string[]): void {
  for (const [key, decision] of Object.entries(keys)) {
    if (typeof decision === 'string' || !Object.hasOwn(file, key)) continue;
    const { only: known } = decision;
    if (!known.some((value) => same(value, file[key])))
      problems.push(
        `${name}: '${key}' is ${JSON.stringify(file[key]).slice(0, 100)}, read is only ${known.map((value) => JSON.stringify(value)).join(' or ')}`,
      );
  }
}

/** Other names that `sentence_bert_config.json` had. */
const transformerConfigs = ['bert', 'roberta', 'distilbert', 'camembert', 'albert', 'xlm-roberta', 'xlnet'].map(
  (name) => `sentence_${name}_config.json`,
);

const poolings: Readonly<Record<string, SentencePooling>> = { cls: 'first', mean: 'mean' };
const legacyModes: Readonly<Record<string, string>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};

/** The modes that a pooling's file asks for, as sentence-transformers understands its old keys and its new one. */
function modesOf(file: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { pooling_mode: mode } = file;
  if (mode !== undefined) return Array.isArray(mode) ? mode : [mode];
  const asked = Object.entries(legacyModes).flatMap(([key, name]) => (file[key] === true ? [name] : []));
  return asked.length > 0 ? asked : ['mean'];
}

const nameOfType = (type: unknown) => (typeof type === 'string' ? (type.split('.').at(-1) ?? '') : '');

/** The list of a `modules.json`. */
function modulesOf(bytes: Uint8Array, path: string): readonly Readonly<Record<string, unknown>>[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new CheckpointError(`${path} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
  const isModule = (item: unknown): item is Readonly<Record<string, unknown>> =>
    typeof item === 'object' && item !== null && !Array.isArray(item);
  if (!Array.isArray(value) || !value.every(isModule))
    throw new CheckpointError(`${path} must hold a list of modules, each with its type and path.`);
  return value;
}

/**
 * What sentence-transformers' files say, and the files, so that a save keeps them; undefined where there are none and the tokenizer says no
 * longest text.
 *
 * @param readFile reads a file of the folder @param folder for messages
 * @throws {CheckpointError} for a file that is not JSON, or a path that leads out of the folder
 */
export async function readSentenceSettings(
  readFile: ReadFile,
  folder: string,
): Promise<{ readonly settings: SentenceSettings; readonly files: Readonly<Record<string, Uint8Array>> } | undefined> {
  const files: Record<string, Uint8Array> = {};
  const problems: string[] = [];
  const open = async (name: string): Promise<Record<string, unknown> | undefined> => {
    const bytes = await readFile(name);
    if (!bytes) return undefined;
    files[name] = bytes;
    return jsonObject(bytes, `${folder}/${name}`);
  };
  const list = await readFile('modules.json');
  let [pooling, includePrompt]: [SentencePooling | undefined, boolean] = [undefined, true];
  let normalise = false;
  if (list) {
    files['modules.json'] = list;
    const modules = modulesOf(list, `${folder}/modules.json`);
    for (const [place, module] of modules.entries()) {
      judgeKeys(module, sentenceKeys['modules.json'], 'modules.json', problems);
      const [kind, path] = [nameOfType(module.type), typeof module.path === 'string' ? module.path : ''];
      if (path.split(/[\\/]/).includes('..') || /^([\\/]|[A-Za-z]:)/.test(path))
        throw new CheckpointError(`${folder}/modules.json: the path '${path}' leads out of the folder.`);
      const inner = path === '' ? undefined : await open(`${path}/config.json`);
      if (kind === 'Transformer' && place === 0) continue;
      if (kind === 'Pooling' && place === 1) {
        const config = inner ?? {};
        const modes = modesOf(config);
        const [mode] = modes;
        pooling = modes.length === 1 && typeof mode === 'string' ? poolings[mode] : undefined;
        if (pooling === undefined)
          problems.push(
            `${path}/config.json asks for pooling ${modes.join(' and ')}; ${Object.keys(poolings).join(' and ')} are read, one at a time`,
          );
        includePrompt = config.include_prompt !== false;
      } else if (kind === 'Normalize' && place === 2) {
        normalise = true;
        judgeKeys(inner ?? {}, sentenceKeys['2_Normalize/config.json'], `${path}/config.json`, problems);
      } else
        problems.push(
          `modules.json has '${String(module.type)}' at place ${place}; Transformer, Pooling and Normalize are read, in this order`,
        );
    }
    if (modules.length < 2) problems.push('modules.json has no Pooling behind the Transformer');
  }
  let transformer: Record<string, unknown> | undefined;
  for (const name of transformerConfigs) transformer ??= await open(name);
  const general = await open('config_sentence_transformers.json');
  judgeKeys(transformer ?? {}, sentenceKeys['sentence_bert_config.json'], 'sentence_bert_config.json', problems);
  judgeKeys(
    general ?? {},
    sentenceKeys['config_sentence_transformers.json'],
    'config_sentence_transformers.json',
    problems,
  );
  const { max_seq_length: length = null, do_lower_case: lower = false } = transformer ?? {};
  if (length !== null && !(Number.isInteger(length) && Number(length) > 0))
    problems.push(
      `sentence_bert_config.json: 'max_seq_length' must be a positive whole number, got ${JSON.stringify(length)}`,
    );
  if (typeof lower !== 'boolean')
    problems.push(`sentence_bert_config.json: 'do_lower_case' must be true or false, got ${JSON.stringify(lower)}`);
  // Without it the tokenizer's own limit holds, which most files leave at 1e30.
  const tokenizer = length === null ? await readFile('tokenizer_config.json') : undefined;
  const said = tokenizer ? jsonObject(tokenizer, `${folder}/tokenizer_config.json`) : {};
  const limit = said.model_max_length ?? said.max_len;
  if (limit !== undefined && limit !== null && !(Number.isInteger(limit) && Number(limit) > 0))
    problems.push(
      `tokenizer_config.json: 'model_max_length' must be a positive whole number, got ${JSON.stringify(limit)}`,
    );
  const longest = length ?? (Number.isInteger(limit) && Number(limit) > 0 && Number(limit) < 1e6 ? limit : undefined);
  // A folder without any of these files is still cut where its tokenizer says, as sentence-transformers opens it.
  if (Object.keys(files).length === 0 && longest === undefined && problems.length === 0) return undefined;
  const prompts = (general?.prompts ?? {}) as Readonly<Record<string, unknown>>;
  const chosen = general?.default_prompt_name ?? undefined;
  const prompt = typeof chosen === 'string' ? prompts[chosen] : undefined;
  if (chosen !== undefined && typeof prompt !== 'string')
    problems.push(
      `config_sentence_transformers.json: 'default_prompt_name' is ${JSON.stringify(chosen)}, which 'prompts' does not have`,
    );
  if (typeof prompt === 'string' && prompt !== '' && !includePrompt)
    problems.push("'include_prompt' is false: a prompt that is left out of the mean is not built here");
  return {
    files,
    settings: {
      ...(pooling && { pooling }),
      normalise,
      lowercase: lower === true,
      ...(Number.isInteger(longest) && { maximumLength: Number(longest) }),
      ...(typeof prompt === 'string' && prompt !== '' && { prompt }),
      problems,
    },
  };
}
