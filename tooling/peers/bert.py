"""The encoder that PyTorch's sides of `qa perf` share."""
import torch
from transformers import BertConfig, BertModel

vocabulary = 21128


def encoder(layers, width, attention='sdpa', maximum=512):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=max(1, width // 64),
        intermediate_size=4 * width, max_position_embeddings=maximum, attn_implementation=attention)
    return BertModel(config, add_pooling_layer=False).eval()
