import { limitOf } from './limit-of.ts';
import { normalTail } from './normal-tail.ts';

/** The z that `P(|Z| ≤ z)` = level belongs to, by bisection to the last bits. @param level 0 to 1, exclusive */
export const normalLimit = (level: number): number => limitOf(level, normalTail);
