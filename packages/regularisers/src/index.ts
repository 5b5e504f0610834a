export { fgm } from './fgm.ts';
export { gradientPenalty } from './gradient-penalty.ts';
export type { Objective, ObjectiveValue, Predict } from './objective.ts';
export { type RDropOptions, rDrop } from './r-drop.ts';
