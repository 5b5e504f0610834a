import { configFromHub, type FileSource, visibilityOf } from '@cloze/encoder';
import { maskEachToken, onePass, scoreSentences } from '@cloze/eval';
import { openTokenizer, type PlacedEncoding } from '@cloze/tokenizer';
import type { AskedModel } from './asked-model.ts';

/** A value of ONNX Runtime. */
interface Value {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** What is used of `onnxruntime-web`, and of `onnxruntime-node` in tests. */
export interface GraphRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array): Promise<{
      readonly inputNames: readonly string[];
      run(feeds: Readonly<Record<string, Value>>): Promise<Readonly<Record<string, Value>>>;
      release(): Promise<void>;
    }>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Value;
}

/** Where `cloze export`, optimum and transformers.js put a graph; the first that is there is opened. */
const graphs = ['', 'onnx/'].flatMap((folder) =>
  ['model', 'model_fp16', 'model_quantized'].map((name) => `${folder}${name}.onnx`),
);

/** The graph of a folder that has no weights of another form. */
export async function graphIn(source: FileSource): Promise<string | undefined> {
  const files = await source.list();
  if (files.some((name) => /\.(safetensors|bin|index|ckpt)$/.test(name))) return undefined;
  return graphs.find((name) => files.includes(name));
}

async function jsonIn(source: FileSource, name: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await source.read(name);
  if (!bytes) throw new Error(`${source.name} has no ${name}; choose it too, or the whole folder.`);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error(`${source.name}/${name} is no JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

const onlyGraph = (what: string) => async (): Promise<never> => {
  throw new Error(`An ONNX graph gives predictions only; open the model's weights (model.safetensors) ${what}.`);
};

/** Opens an exported graph that fills masks (`cloze export --task fill-mask`). @throws {Error} for files that are missing or of another task */
export async function openGraph(source: FileSource, graph: string, runtime: GraphRuntime): Promise<AskedModel> {
  const file = await jsonIn(source, 'config.json');
  const { config, family } = configFromHub(file);
  if (config.predictsNext) throw new Error(`${source.name} names next tokens, which this page does not ask a graph.`);
  const sees = visibilityOf(family, config);
  if (sees === 'before') throw new Error(`${source.name} reads from left to right and fills no masks.`);
  const files: Record<string, Uint8Array> = {};
  for (const name of await source.list()) {
    const bytes = /^(tokenizer.*\.json|special_tokens_map\.json|vocab\.(txt|json)|merges\.txt)$/.test(name)
      ? await source.read(name)
      : undefined;
    if (bytes) files[name] = bytes;
  }
  const maximumLength = config.maximumLength - config.positionOffset;
  const opened = openTokenizer(files, source.name, { modelConfig: { ...file, model_type: family }, maximumLength });
  const { tokenizer, special, maskToken = '[MASK]', notes } = opened;
  const { mask: maskId = -1, pad = 0 } = special;
  const session = await runtime.InferenceSession.create((await source.read(graph)) as Uint8Array);

  /** Logits of rows of one length. `[rows, length, vocabulary]` */
  const logitsOf = async (rows: readonly Int32Array[]) => {
    const length = rows[0]?.length ?? 0;
    const whole = (value: (id: number) => number) =>
      new runtime.Tensor(
        'int64',
        BigInt64Array.from(rows.flatMap((ids) => Array.from(ids, (id) => BigInt(value(id))))),
        [rows.length, length],
      );
    const { input_ids, attention_mask, token_type_ids } = {
      input_ids: whole((id) => id),
      attention_mask: whole((id) => (id === pad ? 0 : 1)),
      token_type_ids: whole(() => 0),
    };
    const feeds = {
      input_ids,
      attention_mask,
      ...(session.inputNames.includes('token_type_ids') && { token_type_ids }),
    };
    const { logits } = await session.run(feeds);
    if (!(logits?.data instanceof Float32Array) || logits.dims.length !== 3)
      throw new Error(`${source.name}/${graph} gives no logits of tokens; export it with --task fill-mask.`);
    const size = logits.dims[2] as number;
    const { data } = logits;
    return (row: number, column: number): Float32Array => {
      const from = (row * length + column) * size;
      const values = data.subarray(from, from + size);
      const top = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top;
      return values.map((value) => value - total);
    };
  };
  const encoded = async (text: string): Promise<PlacedEncoding> => {
    const [encoding] = await tokenizer.encodeBatch([text.replaceAll('[MASK]', maskToken)]);
    return encoding as PlacedEncoding;
  };
  return {
    facts: {
      ...{ name: `${source.name}/${graph}`, family, layers: config.layers, width: config.width, heads: config.heads },
      ...{ vocabulary: config.vocabularySize, notes },
    },
    fill: async (text) => {
      const { ids } = await encoded(text);
      const columns = [...ids.keys()].filter((column) => ids[column] === maskId);
      if (columns.length === 0)
        throw new Error(`The text has no [MASK]: '${text}'. Write [MASK] where a token is to be guessed.`);
      const at = await logitsOf([ids]);
      return columns.map((column) => {
        const row = at(0, column);
        const best = [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number)).slice(0, 5);
        const guesses = best.map((id) => ({
          ...{ token: tokenizer.tokenOf(id) ?? '', id, probability: Math.exp(row[id] as number) },
        }));
        return { guesses };
      });
    },
    score: async (text) => {
      const sentence = await encoded(text);
      const scores = scoreSentences([sentence], {
        ...(sees === 'others' ? { kind: onePass } : { kind: maskEachToken, maskId }),
        predict: async (queries) => {
          const at = await logitsOf(queries.map(({ ids }) => ids));
          return queries.map(({ targetPositions, targets }, row) =>
            targets.map((target, i) => at(row, targetPositions[i] as number)[target] as number),
          );
        },
      });
      for await (const { logProbabilities, total, count } of scores)
        return {
          tokens: logProbabilities.map(
            (value, i) => [tokenizer.tokenOf(sentence.ids[i] as number) ?? '', value] as const,
          ),
          ...{ logLikelihood: total, count, perplexity: count > 0 ? Math.exp(-total / count) : null },
          ...{ truncated: sentence.cut !== undefined, cut: (sentence.cut ?? []).reduce((a, b) => a + b, 0) },
        };
      throw new Error('There is no text to score.');
    },
    attention: onlyGraph('to see its attention'),
    explain: onlyGraph('to explain its guesses'),
    save: onlyGraph('to save it'),
    dispose: () => session.release(),
  };
}
