import {
  add,
  cast,
  concat,
  constant,
  type HostTensor,
  linear,
  multiply,
  reshape,
  sigmoid,
  slice,
  subtract,
  type Tensor,
  tanh,
} from '@cloze/backend';
import { initialLinear } from '../parameters/initial-parameters.ts';
import type { Linear } from '../parameters/parameter-tree.ts';

/** One direction of a GRU; the columns of both maps are reset gate, update gate, candidate, as PyTorch stacks them. */
export interface GruParameters<T> {
  /** `[features, 3 · state]` */
  readonly input: Linear<T>;
  /** `[state, 3 · state]` */
  readonly state: Linear<T>;
}

/** Both directions. */
export interface BidirectionalGruParameters<T> {
  readonly forward: GruParameters<T>;
  readonly backward: GruParameters<T>;
}

/** Fresh weights of a GRU in both directions. */
export function initialGru(
  features: number,
  state: number,
  random: { next(): number },
): BidirectionalGruParameters<HostTensor> {
  const direction = () => ({
    input: initialLinear(features, 3 * state, random),
    state: initialLinear(state, 3 * state, random),
  });
  return { forward: direction(), backward: direction() };
}

/** States of one direction after each place, each `[batch, state]`, in the order of places. */
function statesOf(x: Tensor, real: readonly Tensor[], { input, state }: GruParameters<Tensor>, reversed: boolean) {
  const [batch, length] = x.shape as [number, number, number];
  const width = state.kernel.shape[0] as number;
  // What comes from the inputs is one product for all places.
  const entering = linear(x, input);
  const part = (of: Tensor, gate: number) => slice(of, [0, gate * width], [batch, width]);
  const states: Tensor[] = new Array<Tensor>(length);
  let held: Tensor = constant(new Float32Array(batch * width), [batch, width]);
  for (let i = 0; i < length; i++) {
    const place = reversed ? length - 1 - i : i;
    const own = reshape(slice(entering, [0, place, 0], [batch, 1, 3 * width]), [batch, 3 * width]);
    const kept = linear(held, state);
    const reset = sigmoid(add(part(own, 0), part(kept, 0)));
    const update = sigmoid(add(part(own, 1), part(kept, 1)));
    const candidate = tanh(add(part(own, 2), multiply(reset, part(kept, 2))));
    const next = add(candidate, multiply(update, subtract(held, candidate)));
    // Pads leave the state as it was.
    held = add(held, multiply(real[place] as Tensor, subtract(next, held)));
    states[place] = held;
  }
  return states;
}

/**
 * A gated recurrent unit in both directions (Cho et al. 2014), PyTorch's form: `h ← (1 − z)·n + z·h`, `n = tanh(W x + b + r·(U h + c))`, from zeros; pads
 * change nothing. The graph has a step for each place of the row.
 *
 * @param x `[batch, length, features]` @param attend bool `[batch, length]`
 * @returns `[batch, length, 2 · state]`, forward before backward
 */
export function bidirectionalGru(x: Tensor, attend: Tensor, gru: BidirectionalGruParameters<Tensor>): Tensor {
  const [batch, length] = x.shape as [number, number, number];
  const marks = cast(attend, 'float32');
  const real = Array.from({ length }, (_, place) => slice(marks, [0, place], [batch, 1]));
  const stacked = (states: readonly Tensor[]) =>
    concat(
      states.map((state) => reshape(state, [batch, 1, state.shape[1] as number])),
      1,
    );
  return concat([stacked(statesOf(x, real, gru.forward, false)), stacked(statesOf(x, real, gru.backward, true))], 2);
}
