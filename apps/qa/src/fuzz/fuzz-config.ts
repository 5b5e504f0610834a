import { CheckpointError, configFromHub, configToHub, parametersFromCheckpoint } from '@cloze/encoder';
import { integerBelow } from '@cloze/random';
import { bendValue, bentText, pick } from './bend-json.ts';
import type { FuzzSubject } from './subject.ts';

const families = ['bert', 'roberta', 'xlm-roberta', 'electra', 'albert', 'roformer', 't-ta', 'cloze', 'bart'];
const base = {
  ...{ vocab_size: 20, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 12 },
  ...{ max_position_embeddings: 10, type_vocab_size: 2, hidden_act: 'gelu', layer_norm_eps: 1e-12, pad_token_id: 0 },
  ...{ hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, initializer_range: 0.02, is_decoder: false },
  ...{ architectures: ['BertForMaskedLM'], id2label: { 0: 'a', 1: 'b' }, problem_type: null, embedding_size: 8 },
  ...{ num_hidden_groups: 1, inner_group_num: 1, rotary_value: false, classifier_dropout: null, cloze: { layers: 2 } },
  ...{
    position_embedding_type: 'absolute',
    tie_word_embeddings: true,
    cloze_family: 'bert',
    add_cross_attention: false,
  },
};

/** `config.json`: right ones of every family, and bent ones; what is made of them is judged against a file without tensors. */
export const fuzzConfig: FuzzSubject = {
  name: 'config',
  make: (random) => {
    let value: unknown = { model_type: pick(random, families), ...base };
    for (let i = integerBelow(random, 5); i > 0; i--)
      value = bendValue(random, value, [...families, 'relative_key', 'gelu_python', 'relu']);
    return bentText(random, value);
  },
  read: (file) => {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('no object');
    const read = configFromHub({ ...parsed });
    configToHub(read.config, read);
    // Nothing is made of a size before the file has been asked whether it has as much.
    try {
      parametersFromCheckpoint(new Map(), read.config, { family: read.family });
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
    }
  },
  // Text that is no JSON is refused by `jsonObject` in a folder; here by the parser itself.
  isRefusal: (error) => error instanceof CheckpointError || error instanceof SyntaxError || isNoUtf8(error),
};

/** Bytes that are no UTF-8, as the decoder says it. */
export const isNoUtf8 = (error: unknown): boolean =>
  error instanceof TypeError && /encoded data|utf-8/i.test(error.message);
