import { limitOf } from './limit-of.ts';
import { studentTail } from './student-tail.ts';

/** The t that `P(|T| ≤ t)` = level belongs to, by bisection to the last bits. @param level 0 to 1, exclusive @param freedom above 0 */
export const studentLimit = (level: number, freedom: number): number => limitOf(level, (t) => studentTail(t, freedom));
