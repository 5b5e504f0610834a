import { reshape, type Tensor } from '@cloze/backend';

/** Real tokens as keys that every query may see, `[batch, 1, 1, length]`. @throws {RangeError} when `attend` is not bool `[batch, length]` */
export function realKeys(attend: Tensor): Tensor {
  const [batch, length] = attend.shape as [number, number];
  if (attend.dtype !== 'bool' || attend.shape.length !== 2)
    throw new RangeError(
      `attend must be bool [batch, length], true for real tokens; got ${attend.dtype} [${attend.shape}].`,
    );
  return reshape(attend, [batch, 1, 1, length]);
}
