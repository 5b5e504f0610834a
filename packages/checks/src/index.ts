export {
  checkArguments,
  checkOptions,
  problemsOf,
  type Rule,
  type Rules,
  refuse,
} from './check-options.ts';
export { editDistance, nearestName } from './nearest-name.ts';
export {
  address,
  anything,
  type Bounds,
  callable,
  either,
  flag,
  listOf,
  needed,
  oneOf,
  real,
  record,
  ruleOf,
  text,
  unchecked,
  whole,
} from './rules.ts';
export { shown } from './shown.ts';
export {
  asStream,
  checkList,
  checkRows,
  checkText,
  checkTexts,
  checkValues,
  eachText,
  whatIs,
} from './texts-and-rows.ts';
