import { add, stopGradient, type Tensor } from '@cloze/backend';

/**
 * The token table of a discriminator that learns beside a generator's: `stop(E_G) + E_Δ` (gradient-disentangled embedding sharing, He et al. 2023,
 * DeBERTaV3): it starts from the generator's, and detection pulls at the difference alone.
 *
 * @param generator `[vocabulary, embedding width]` @param difference the same shape, zeros at first; the sum is what is saved of a discriminator
 * @throws {RangeError} for tables of different shapes
 */
export function disentangledTable(generator: Tensor, difference: Tensor): Tensor {
  if (generator.shape.join() !== difference.shape.join())
    throw new RangeError(
      `disentangledTable: the generator's token table is [${generator.shape}], the difference [${difference.shape}]; they must have one shape.`,
    );
  return add(stopGradient(generator), difference);
}
