"""Writes a tiny BERT with random weights, a classifier on it, and what minicons, transformers and Captum say of them.

usage: python eval_model.py packages/models/fixtures/tiny-mlm
needs: pip install torch transformers minicons captum
"""
import json, os, sys, warnings
import torch, transformers
from captum.attr import InputXGradient, IntegratedGradients, Saliency
from importlib.metadata import version
from minicons import scorer
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, BertLMHeadModel, BertTokenizerFast

warnings.filterwarnings('ignore')
transformers.logging.set_verbosity_error()
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', *'床前明月光疑是地上霜举头望低思故乡，。', 'moon', '##light', '##s', 'the', 'fro', '##st']
with open(f'{folder}/vocab.txt', 'w') as file:
    file.write('\n'.join(tokens) + '\n')
# minicons 0.3.39 still calls what transformers 5 renamed.
BertTokenizerFast.batch_encode_plus = lambda self, *texts, **options: self(*texts, **options)
tokenizer = BertTokenizerFast(vocab={token: i for i, token in enumerate(tokens)})

torch.manual_seed(3)
config = BertConfig(vocab_size=len(tokens), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
                    max_position_embeddings=32, initializer_range=0.7, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
model = BertForMaskedLM(config).eval()
model.save_pretrained(folder)
classifier = BertForSequenceClassification(BertConfig(**{**config.to_dict(), 'id2label': {0: '差', 1: '好', 2: '中'}, 'label2id': {'差': 0, '好': 1, '中': 2}})).eval()
classifier.save_pretrained(f'{folder}/classifier')

texts = ['床前明月光，疑是地上霜。', '举头望明月', 'the moonlights frost', '低头 the frost思故乡', '乡']


def minicons(metric):
    # A Chinese character is a word of its own to BERT's tokenizer, so words differ from tokens in Latin only.
    lm = scorer.MaskedLMScorer(model, tokenizer=tokenizer, device='cpu')
    return [[float(x) for _, x in row] for row in lm.token_score(texts, PLL_metric=metric)]


def by_hand():
    rows = []
    for text in texts:
        ids = tokenizer(text, return_tensors='pt').input_ids[0]
        row = []
        for place in range(1, len(ids) - 1):
            hidden = ids.clone()
            hidden[place] = tokenizer.mask_token_id
            with torch.no_grad():
                row.append(model(hidden[None]).logits[0, place].log_softmax(-1)[ids[place]].item())
        rows.append(row)
    return rows


def left_to_right():
    causal = BertLMHeadModel.from_pretrained(folder, is_decoder=True).eval()
    rows = []
    for text in texts:
        ids = tokenizer(text, return_tensors='pt').input_ids
        with torch.no_grad():
            log = causal(ids).logits[0].log_softmax(-1)
        rows.append([log[place - 1, ids[0, place]].item() for place in range(1, ids.shape[1] - 1)])
    return rows


def explain(net, output, text, pair=None):
    batch = tokenizer(text, pair, return_tensors='pt')
    rows = net.bert.embeddings.word_embeddings(batch.input_ids).detach().double()
    net = net.double()

    def forward(embedded):
        n = embedded.shape[0]
        logits = net(inputs_embeds=embedded, token_type_ids=batch.token_type_ids.repeat(n, 1),
                     attention_mask=batch.attention_mask.repeat(n, 1)).logits
        return output(logits)
    masked = net.bert.embeddings.word_embeddings(torch.where(
        torch.isin(batch.input_ids, torch.tensor([2, 3])), batch.input_ids, torch.tensor(4))).detach()
    result = {
        'text': text, 'pair': pair, 'tokens': tokenizer.convert_ids_to_tokens(batch.input_ids[0]), 'value': forward(rows).item(),
        'integrated': IntegratedGradients(forward).attribute(rows, n_steps=20, method='gausslegendre').sum(-1)[0].tolist(),
        'fromMask': IntegratedGradients(forward).attribute(rows, masked, n_steps=20, method='gausslegendre').sum(-1)[0].tolist(),
        'timesInput': InputXGradient(forward).attribute(rows).sum(-1)[0].tolist(),
        'saliency': Saliency(forward).attribute(rows).norm(dim=-1)[0].tolist(),
    }
    net.float()
    return result


riddle = '床前明[MASK]光'
place, moon = 4, tokens.index('月')
expected = {
    'tools': {name: version(name) for name in ('minicons', 'transformers', 'captum', 'torch')},
    'texts': texts, 'masked': minicons('original'), 'maskedWords': minicons('within_word_l2r'), 'byHand': by_hand(),
    'leftToRight': left_to_right(),
    'token': explain(model, lambda logits: logits[:, place].log_softmax(-1)[:, moon], riddle),
    'class': explain(classifier, lambda logits: logits.log_softmax(-1)[:, 1], '明月光', '地上霜'),
}
json.dump(expected, open(f'{folder}/expected.json', 'w'), ensure_ascii=False)
