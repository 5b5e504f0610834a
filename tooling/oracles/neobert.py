"""NeoBERT (Le Breton et al. 2025, arXiv 2502.19587) written out from its paper and its config, under the names of its published tensors.

Its own code runs only with trust_remote_code and asks for xformers; the oracles of the encoder use this instead, and `AutoConfig` knows it once this is imported.
"""
import torch
from torch import nn
from transformers import AutoConfig, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import MaskedLMOutput, SequenceClassifierOutput

class NeoBERTConfig(PretrainedConfig):
    model_type = 'neobert'
    hidden_size: int = 768
    num_hidden_layers: int = 28
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    embedding_init_range: float = 0.02
    decoder_init_range: float = 0.02
    classifier_init_range: float = 0.02
    norm_eps: float = 1e-6
    vocab_size: int = 30522
    pad_token_id: int | None = 0
    max_length: int = 1024
    classifier_dropout: float = 0.1
    dim_head: int | None = None

def turned(x):
    """x [batch, length, heads, d] with the features 2i and 2i + 1 turned by m·10000^(−2i/d) at position m: one complex number a pair."""
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).contiguous())
    d = x.shape[-1]
    rates = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angles = torch.arange(x.shape[1], dtype=x.dtype)[:, None] * rates
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)[None, :, None]).flatten(-2)

class Gated(nn.Module):
    def __init__(self, width, size):
        super().__init__()
        features = 8 * -(-int(2 * size / 3) // 8)
        self.w12 = nn.Linear(width, 2 * features, bias=False); self.w3 = nn.Linear(features, width, bias=False)
    def forward(self, x):
        a, b = self.w12(x).chunk(2, -1)
        return self.w3(nn.functional.silu(a) * b)

class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c.num_attention_heads
        self.qkv = nn.Linear(c.hidden_size, 3 * c.hidden_size, bias=False); self.wo = nn.Linear(c.hidden_size, c.hidden_size, bias=False)
        self.ffn = Gated(c.hidden_size, c.intermediate_size)
        self.attention_norm = nn.RMSNorm(c.hidden_size, c.norm_eps); self.ffn_norm = nn.RMSNorm(c.hidden_size, c.norm_eps)
    def forward(self, x, real):
        b, n, w = x.shape
        q, k, v = self.qkv(self.attention_norm(x)).view(b, n, self.heads, -1).chunk(3, -1)
        q, k, v = (t.transpose(1, 2) for t in (turned(q), turned(k), v))
        scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(~real[:, None, None], -1e30)
        x = x + self.wo((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, w))
        return x + self.ffn(self.ffn_norm(x))

class Base(PreTrainedModel):
    config_class = NeoBERTConfig
    base_model_prefix = 'model'
    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)): module.weight.data.normal_(0, self.config.initializer_range if hasattr(self.config, 'initializer_range') else 0.02)
        if isinstance(module, nn.RMSNorm): module.weight.data.fill_(1)
        if isinstance(module, nn.Linear) and module.bias is not None: module.bias.data.zero_()

class NeoBERT(Base):
    def __init__(self, config):
        super().__init__(config)
        self.encoder = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=config.pad_token_id)
        self.transformer_encoder = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.layer_norm = nn.RMSNorm(config.hidden_size, config.norm_eps)
        self.post_init()
    def forward(self, input_ids, attention_mask):
        x = self.encoder(input_ids)
        for block in self.transformer_encoder: x = block(x, attention_mask.bool())
        return self.layer_norm(x)

class NeoBERTLMHead(Base):
    def __init__(self, config):
        super().__init__(config)
        self.model = NeoBERT(config); self.decoder = nn.Linear(config.hidden_size, config.vocab_size)
        self.post_init()
    def forward(self, input_ids, attention_mask, output_hidden_states=False):
        x = self.model(input_ids, attention_mask)
        return MaskedLMOutput(logits=self.decoder(x), hidden_states=(x,))
NeoBERTForMaskedLM = NeoBERTLMHead

class NeoBERTForSequenceClassification(Base):
    def __init__(self, config):
        super().__init__(config)
        self.model = NeoBERT(config)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size); self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()
    def forward(self, input_ids, attention_mask):
        return SequenceClassifierOutput(logits=self.classifier(torch.tanh(self.dense(self.model(input_ids, attention_mask)[:, 0]))))

AutoConfig.register('neobert', NeoBERTConfig)
