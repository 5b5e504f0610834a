import { dropout, forkKey, type Key, type LinearParameters, linear, type Tensor } from '@cloze/backend';
import { anything, checkOptions, oneOf, real } from '@cloze/checks';
import type { Activation } from '../config/encoder-config.ts';
import type { Linear } from '../parameters/parameter-tree.ts';
import { type Pooling, pool } from './pool.ts';

/** Choices of the classification head. */
export interface ClassifyOptions {
  /** Default `first`. */
  readonly pooling?: Pooling;
  readonly pooler?: Linear<Tensor>;
  /** Of the pooler; default `tanh`. */
  readonly poolerActivation?: 'tanh' | Activation;
  /** Dropout before the linear map, default 0. */
  readonly dropout?: number;
  readonly key?: Key | undefined;
}

/** Logits of classes from the pooled sequence, with dropout before the linear map. Returns `[batch, classes]`; pairs are two segments of one row. */
export function classify(
  classifier: LinearParameters,
  hidden: Tensor,
  attend: Tensor,
  options: ClassifyOptions = {},
): Tensor {
  checkOptions('classify', options, {
    pooling: oneOf(['first', 'pooler', 'mean']),
    pooler: anything,
    poolerActivation: anything,
    dropout: real({ from: 0, below: 1 }),
    key: anything,
  });
  const { pooling = 'first', pooler, poolerActivation, dropout: rate = 0, key } = options;

  const pooled = pool(hidden, attend, pooling, pooler, poolerActivation);
  return linear(dropout(pooled, { rate, key: key && forkKey(key, 'classifier') }), classifier);
}
