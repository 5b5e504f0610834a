import { slotsOf, vocabularySize, type Work } from './work.ts';

/** Floating-point operations of an encoder's matrix products, forward: `24·width²` a token and layer, and `4·length·width` for attention. */
export const encoderFlops = ({ layers, width, batch, length }: Work): number =>
  batch * length * layers * (24 * width ** 2 + 4 * length * width);

/** A masked-language-model training step: the encoder and the head at predicted positions, backward costing twice the forward. */
export const trainingFlops = (work: Work): number =>
  3 * (encoderFlops(work) + work.batch * slotsOf(work) * 2 * work.width * (work.width + vocabularySize));
