/** Why a key of `config.json` may be left unread. */
type Harmless = { readonly harmless: string };
/** A key that is read only where it says one of these, and refused by name where it says something else. */
type Only = { readonly only: readonly unknown[]; readonly because: string };
/** What becomes of a key: `read` by the family's record, the head's or the reader of weights. */
export type KeyDecision = 'read' | Harmless | Only;

const outputs: Harmless = { harmless: 'which outputs transformers returns' };
const generation: Harmless = { harmless: 'how transformers generates text; an encoder does not' };
const running: Harmless = { harmless: 'how transformers runs it, not what comes out' };
const story: Harmless = { harmless: 'tells where the file came from' };
const google: Harmless = { harmless: "Google's own key, which transformers does not read" };
const notBuilt = (...only: readonly unknown[]): Only => ({ only, because: 'it is not built here' });

/**
 * Every key of `config.json` that transformers' classes of the families know, today or in former versions, and what becomes of it.
 *
 * A key that is in no list is nobody's: transformers reads none of it either, and a save keeps it.
 */
export const configKeys: Readonly<Record<string, KeyDecision>> = {
  model_type: 'read',
  architectures: 'read',
  vocab_size: 'read',
  hidden_size: 'read',
  num_hidden_layers: 'read',
  num_attention_heads: 'read',
  intermediate_size: 'read',
  hidden_act: 'read',
  hidden_dropout_prob: 'read',
  attention_probs_dropout_prob: 'read',
  max_position_embeddings: 'read',
  type_vocab_size: 'read',
  initializer_range: 'read',
  layer_norm_eps: 'read',
  embedding_size: 'read',
  position_embedding_type: 'read',
  rotary_value: 'read',
  is_decoder: 'read',
  tie_word_embeddings: 'read',
  classifier_dropout: 'read',
  classifier_dropout_prob: 'read',
  id2label: 'read',
  problem_type: 'read',
  num_labels: 'read',
  // RoBERTa's positions are counted from it; in others it only marks a row of the table.
  pad_token_id: 'read',
  num_hidden_groups: 'read',
  inner_group_num: 'read',
  hidden_activation: 'read',
  norm_eps: 'read',
  norm_bias: 'read',
  attention_bias: 'read',
  attention_dropout: 'read',
  embedding_dropout: 'read',
  mlp_bias: 'read',
  mlp_dropout: 'read',
  decoder_bias: 'read',
  classifier_pooling: 'read',
  classifier_bias: 'read',
  classifier_activation: 'read',
  local_attention: 'read',
  global_attn_every_n_layers: 'read',
  global_rope_theta: 'read',
  local_rope_theta: 'read',
  rope_parameters: 'read',
  dim: 'read',
  n_layers: 'read',
  n_heads: 'read',
  hidden_dim: 'read',
  dropout: 'read',
  activation: 'read',
  seq_classif_dropout: 'read',
  relative_attention: 'read',
  position_biased_input: 'read',
  pos_att_type: 'read',
  position_buckets: 'read',
  max_relative_positions: 'read',
  share_att_key: 'read',
  norm_rel_ebd: 'read',
  attention_head_size: 'read',
  conv_kernel_size: 'read',
  conv_act: 'read',
  conv_groups: notBuilt(1, null),
  legacy: 'read',
  // MPNet's class uses 32 whatever the key says.
  relative_attention_num_buckets: notBuilt(32),
  // NeoBERT's positions; of other models it says how long a text is generated.
  max_length: 'read',
  dim_head: 'read',
  classifier_init_range: 'read',
  embedding_init_range: {
    harmless: 'how its authors draw what a file lacks; here initializer_range, or the head’s, says it',
  },
  encoder_init_range: {
    harmless: 'how its authors draw what a file lacks; here initializer_range, or the head’s, says it',
  },
  decoder_init_range: {
    harmless: 'how its authors draw what a file lacks; here initializer_range, or the head’s, says it',
  },
  kwargs: story,
  rope: notBuilt(true, null),
  rms_norm: notBuilt(true, null),
  ngpt: notBuilt(false, null),
  flash_attention: running,
  cls_dropout: 'read',
  pooler_hidden_size: 'read',
  pooler_hidden_act: notBuilt('gelu'),
  pooler_dropout: notBuilt(0, null),
  qa_dropout: { harmless: 'a head that finds spans has no dropout here' },
  sinusoidal_pos_embds: { harmless: 'how the table of positions began; the file holds it' },
  tie_weights_: { harmless: 'tie_word_embeddings is read' },
  initializer_cutoff_factor: { harmless: 'how transformers draws what a file lacks; here it is cut at two deviations' },
  add_cross_attention: notBuilt(false, null),
  is_encoder_decoder: notBuilt(false, null),
  tie_encoder_decoder: notBuilt(false, null),
  cross_attention_hidden_size: notBuilt(null),
  pruned_heads: { only: [{}, null], because: 'weights of heads that were cut off are not read' },
  quantization_config: { only: [null], because: 'quantised weights are not read; save them in float' },
  per_layer_config: notBuilt(null, {}),
  layer_types: notBuilt(null),
  head_dim: notBuilt(null),
  rope_scaling: notBuilt(null),
  rope_theta: notBuilt(10_000, null),
  summary_type: 'read',
  summary_use_proj: 'read',
  summary_activation: 'read',
  summary_proj_to_labels: 'read',
  summary_last_dropout: { harmless: 'dropout of a choice head is the classifier’s here' },
  summary_first_dropout: { harmless: 'dropout of a choice head is the classifier’s here' },
  label2id: { harmless: 'the other way round of id2label, which is read' },
  use_cache: running,
  chunk_size_feed_forward: running,
  gradient_checkpointing: running,
  attn_implementation: running,
  _attn_implementation: running,
  deterministic_flash_attn: running,
  reference_compile: running,
  repad_logits_with_grad: running,
  sparse_prediction: running,
  sparse_pred_ignore_index: running,
  torchscript: running,
  experts_implementation: running,
  use_bfloat16: running,
  dtype: { harmless: 'weights are widened to float32, as they are stored' },
  torch_dtype: { harmless: 'weights are widened to float32, as they are stored' },
  output_attentions: outputs,
  output_hidden_states: outputs,
  return_dict: outputs,
  output_past: outputs,
  bos_token_id: generation,
  eos_token_id: generation,
  sep_token_id: generation,
  cls_token_id: generation,
  decoder_start_token_id: generation,
  task_specific_params: generation,
  tokenizer_class: { harmless: 'read beside the tokenizer’s files' },
  transformers_version: story,
  _name_or_path: story,
  name_or_path: story,
  _commit_hash: story,
  finetuning_task: story,
  auto_map: {
    harmless: 'code of somebody’s own is never run; transformers too takes its own class unless it is trusted',
  },
  directionality: google,
  pooler_fc_size: google,
  pooler_num_attention_heads: google,
  pooler_num_fc_layers: google,
  pooler_size_per_head: google,
  pooler_type: google,
  down_scale_factor: google,
  gap_size: google,
  net_structure_type: google,
  num_memory_blocks: google,
  structure_type: google,
};

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What is wrong with keys that are read only where they say the usual: one sentence part each. @param read keys that the file's family reads, where others refuse them */
export function keyProblems(file: Readonly<Record<string, unknown>>, read: readonly string[] = []): string[] {
  return Object.entries(configKeys).flatMap(([key, decision]) => {
    if (read.includes(key) || decision === 'read' || 'harmless' in decision || !Object.hasOwn(file, key)) return [];
    const value = file[key];
    if (decision.only.some((known) => same(known, value))) return [];
    return [
      `'${key}' is ${JSON.stringify(value)}, read is only ${decision.only.map((known) => JSON.stringify(known)).join(' or ')}: ${decision.because}`,
    ];
  });
}
