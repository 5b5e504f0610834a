import { constant, type Engine, evaluate, type Tensor } from '@cloze/backend';

/**
 * What stands behind `stopGradient` is a constant of the step, so finite differences must hold it at its value at the centre.
 *
 * `record` notes what is stopped while an expression is built; `replay` gives these values instead while it is built elsewhere.
 */
export class Stops {
  #mode: 'off' | 'record' | 'replay' = 'off';
  #recorded: Tensor[] = [];
  #constants: Tensor[] = [];
  #next = 0;

  through(x: Tensor, real: (x: Tensor) => Tensor): Tensor {
    if (this.#mode === 'replay') return this.#constants[this.#next++] as Tensor;
    if (this.#mode === 'record') this.#recorded.push(x);
    return real(x);
  }

  /** Notes what is stopped while `build` runs, and says how much that was. */
  record(engine: Engine, build: () => unknown): number {
    this.#recorded = [];
    this.#run('record', build);
    if (this.#recorded.length === 0) return 0;
    this.#constants = evaluate(engine, this.#recorded).map(({ values, shape }) => constant(values, shape));
    return this.#recorded.length;
  }

  replay<T>(build: () => T): T {
    this.#next = 0;
    return this.#run('replay', build);
  }

  #run<T>(mode: 'record' | 'replay', build: () => T): T {
    this.#mode = mode;
    try {
      return build();
    } finally {
      this.#mode = 'off';
    }
  }
}
