import type { MaskableBatch } from '@cloze/masking';
import { peerProcess } from './peer-process.ts';

/**
 * Hugging Face's collator at its best: padded int64 tensors and the special-tokens mask ready, one thread, only `torch_mask_tokens` timed.
 * Words of one unit are told by offsets that touch, as the collator wants them.
 */
const script = `
import sys, time, warnings, struct
import numpy as np
warnings.filterwarnings('ignore')
import torch, transformers
from transformers import BertTokenizerFast, DataCollatorForLanguageModeling
torch.set_num_threads(1); torch.manual_seed(0)
vocabulary, mask = int(sys.argv[1]), int(sys.argv[2])
tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + [f't{i}' for i in range(vocabulary - 5)]
tokenizer = BertTokenizerFast(vocab={t: i for i, t in enumerate(tokens)})
read = lambda n, kind: np.frombuffer(sys.stdin.buffer.read(n * np.dtype(kind).itemsize), kind)
batches = []
for _ in range(int(sys.argv[3])):
    rows, length = read(2, '<i4')
    ids = torch.from_numpy(read(rows * length, '<i4').astype(np.int64)).reshape(rows, length)
    special = torch.from_numpy(1 - read(rows * length, '<u1').astype(np.int64)).reshape(rows, length)
    words = read(rows * length, '<i4').reshape(rows, length)
    column = np.arange(length)
    first = np.zeros_like(words); first[:, 1:] = np.cumsum(words[:, 1:] != words[:, :-1], axis=1)
    start = column[None] + first
    batches.append((ids, special, np.stack([start, start + 1], -1)))
plain = DataCollatorForLanguageModeling(tokenizer)
whole = DataCollatorForLanguageModeling(tokenizer, whole_word_mask=True)
print('ready', f'transformers {transformers.__version__}, torch {torch.__version__}', flush=True)
for line in sys.stdin:
    t = time.perf_counter()
    for ids, special, offsets in batches:
        if line.strip() == 'whole-word': whole.torch_mask_tokens(ids.clone(), special.clone(), offsets)
        else: plain.torch_mask_tokens(ids.clone(), special)
    print(time.perf_counter() - t, flush=True)
`;

/** Transformers' masking of the same batches in a process that waits between passes. @throws with its last words when it does not start */
export async function transformersPeer(
  python: string,
  batches: readonly MaskableBatch[],
  { vocabulary, maskId }: { readonly vocabulary: number; readonly maskId: number },
): Promise<{ version: string; pass: (policy: 'bernoulli' | 'whole-word') => Promise<number>; stop: () => void }> {
  const bytes = (array: Int32Array | Uint8Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const input = batches.flatMap(({ shape, ids, maskable, wordNumbers }) =>
    [Int32Array.from(shape), ids, maskable, wordNumbers].map(bytes),
  );
  const { name, ask, stop } = await peerProcess(
    python,
    ['-c', script, ...[vocabulary, maskId, batches.length].map(String)],
    { input, advice: 'give an interpreter with torch and transformers by --python.' },
  );
  return { version: name, pass: ask, stop };
}
