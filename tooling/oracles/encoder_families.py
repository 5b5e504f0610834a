"""The small models that the encoder's oracles are made of: one table, an entry for each family that transformers has a class for, and for variants of it.

`encoder_architectures.py`, `encoder_lengths.py`, `encoder_pretrained.py` and `reader_keys.py` walk it; the tests walk what these write.
"""
import transformers
import neobert

def models(V, W, L, H, F, M, E):
    """Name → (how transformers' classes begin, keys of the config) of models of these sizes: vocabulary, width, layers, heads, feed-forward, positions, narrow tables."""
    base = dict(vocab_size=V, hidden_size=W, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F, max_position_embeddings=M,
                hidden_dropout_prob=0, attention_probs_dropout_prob=0, pad_token_id=0)
    albert = {**base, 'embedding_size': E, 'hidden_act': 'gelu_new', 'classifier_dropout_prob': 0}
    # Four layers: the first and last see the whole row, those between a window, which rows of the oracles cross.
    modern = {**{k: v for k, v in base.items() if 'dropout' not in k}, 'num_hidden_layers': 4, 'local_attention': 4,
              **{f'{n}_token_id': None for n in ('bos', 'eos', 'cls', 'sep')}}
    # DeBERTa-v3 shares its maps; v2's smaller kin have their own.
    deberta = {**base, 'relative_attention': True, 'position_biased_input': False, 'pos_att_type': ['p2c', 'c2p'], 'position_buckets': 8,
               'share_att_key': True, 'norm_rel_ebd': 'layer_norm'}
    return {
        'bert': ('Bert', base),
        'bert, gelu_new': ('Bert', {**base, 'hidden_act': 'gelu_new'}),
        'bert, relu': ('Bert', {**base, 'hidden_act': 'relu'}),
        'roberta': ('Roberta', {**base, 'max_position_embeddings': M + 2, 'type_vocab_size': 1, 'pad_token_id': 1, 'layer_norm_eps': 1e-5}),
        'electra': ('Electra', {**base, 'embedding_size': E}),
        'albert': ('Albert', albert),
        'albert, groups': ('Albert', {**albert, 'num_hidden_layers': 4, 'num_hidden_groups': 2, 'inner_group_num': 2}),
        'roformer': ('RoFormer', {**base, 'embedding_size': W}),
        'distilbert': ('DistilBert', dict(vocab_size=V, dim=W, n_layers=L, n_heads=H, hidden_dim=F, max_position_embeddings=M, dropout=0,
                                          attention_dropout=0, seq_classif_dropout=0)),
        'modernbert': ('ModernBert', modern),
        'modernbert, biases': ('ModernBert', {**modern, 'norm_bias': True, 'attention_bias': True, 'mlp_bias': True, 'classifier_bias': True,
                                              'decoder_bias': False, 'hidden_activation': 'silu', 'global_attn_every_n_layers': 2,
                                              'global_rope_theta': 500, 'local_rope_theta': 40}),
        'deberta': ('DebertaV2', deberta),
        'deberta, own maps': ('DebertaV2', {**deberta, 'share_att_key': False, 'norm_rel_ebd': 'none', 'position_biased_input': True, 'position_buckets': -1,
                                            'max_relative_positions': 5, 'type_vocab_size': 2, 'legacy': False}),
        'deberta, convolution': ('DebertaV2', {**deberta, 'pos_att_type': ['c2p'], 'conv_kernel_size': 3, 'conv_act': 'gelu'}),
        'deberta, absolute': ('DebertaV2', {**base, 'pos_att_type': None}),
        'mpnet': ('MPNet', {k: v for k, v in {**base, 'max_position_embeddings': M + 2, 'pad_token_id': 1}.items() if k != 'type_vocab_size'}),
        'neobert': ('NeoBERT', dict(vocab_size=V, hidden_size=W, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F, max_length=M,
                                    pad_token_id=0, classifier_dropout=0)),
    }

def class_named(name):
    """A class of transformers, or of what it runs only with trust_remote_code, written out."""
    return getattr(neobert if name.startswith('NeoBERT') else transformers, name)

def built(entry, kind='ForMaskedLM', **more):
    """A model of an entry, with transformers' class for a head."""
    prefix, keys = entry
    return class_named(prefix + kind)(class_named(prefix + 'Config')(**{**keys, **more}))

# What a call is given beside ids and mask: segments, none, or positions that count from the padding row on.
without_segments = {'modernbert', 'distilbert', 'neobert', 'mpnet'}
from_padding = {'roberta', 'xlm-roberta', 'mpnet'}

def inputs_of(model, ids, att, seg):
    """Arguments of a forward pass."""
    kind = model.config.model_type
    if kind in from_padding:
        import torch
        places = torch.arange(2, 2 + ids.shape[-1]).expand(ids.shape)
        return {'attention_mask': att, 'position_ids': places, **({} if kind in without_segments else {'token_type_ids': torch.zeros_like(seg)})}
    if kind in without_segments: return {'attention_mask': att}
    return {'attention_mask': att, 'token_type_ids': seg}

# The keys of config.json that a fixture keeps: what transformers fills in beside them has no bearing.
noise = {'id2label', 'label2id', 'architectures', 'dtype', 'transformers_version', '_name_or_path', 'output_hidden_states', 'output_attentions', 'return_dict',
         'chunk_size_feed_forward', 'is_encoder_decoder', 'problem_type', 'use_cache', 'torchscript'}
def config_of(model):
    return {k: v for k, v in model.config.to_dict().items() if k not in noise}
