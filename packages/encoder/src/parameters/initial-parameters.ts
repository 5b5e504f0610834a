import type { HostTensor } from '@cloze/backend';
import { checkOptions, either, oneOf, real } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { drawParameters, type NormalDraw, type Uniform } from './draw-parameters.ts';
import { linearSpec, parameterSpecs } from './parameter-specs.ts';
import type { EncoderParameters, Linear } from './parameter-tree.ts';

/** A linear map with normal weights, of standard deviation 0.02 cut at two deviations unless said otherwise, and zero bias. @throws {RangeError} for a deviation or a cut that is not above 0 */
export function initialLinear(from: number, to: number, random: Uniform, draw: NormalDraw = {}): Linear<HostTensor> {
  checkOptions('initialLinear', draw, {
    deviation: real({ above: 0 }),
    cut: either(real({ above: 0 }), oneOf([Number.POSITIVE_INFINITY])),
  });
  return drawParameters(linearSpec(from, to), random, draw) as Linear<HostTensor>;
}

/**
 * Fresh weights as BERT draws them: normal with the config's `drawDeviation` (0.02 where it has none) cut at two deviations, norms one and zero, biases zero.
 *
 * @param random the only source of randomness
 */
export function initialParameters(config: EncoderConfig, random: Uniform): EncoderParameters<HostTensor> {
  return drawParameters(parameterSpecs(config), random, {
    deviation: config.drawDeviation,
  }) as EncoderParameters<HostTensor>;
}
