import { add, gelu, multiply, relu, sigmoid, type Tensor, tanh } from '@cloze/backend';
import type { Activation } from '../config/encoder-config.ts';

/** `gelu`: x·Φ(x); `gelu_new`: x/2·(1 + tanh(√(2/π)(x + 0.044715x³))); `relu`: max(x, 0); `silu`: x·σ(x). */
export function activate(x: Tensor, activation: Activation): Tensor {
  switch (activation) {
    case 'gelu':
      return gelu(x);
    case 'gelu_new': {
      const inner = multiply(add(x, multiply(multiply(multiply(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return multiply(multiply(x, 0.5), add(tanh(inner), 1));
    }
    case 'relu':
      return relu(x);
    case 'silu':
      return multiply(x, sigmoid(x));
  }
}
