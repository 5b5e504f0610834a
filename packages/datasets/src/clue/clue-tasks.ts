import type { ClueTask } from './clue-task.ts';
import { afqmc } from './tasks/afqmc.ts';
import { bustm } from './tasks/bustm.ts';
import { c3 } from './tasks/c3.ts';
import { chid } from './tasks/chid.ts';
import { chnsenticorp } from './tasks/chnsenticorp.ts';
import { cluener } from './tasks/cluener.ts';
import { cluewsc2020 } from './tasks/cluewsc2020.ts';
import { cmnli } from './tasks/cmnli.ts';
import { cmrc2018 } from './tasks/cmrc2018.ts';
import { colac } from './tasks/colac.ts';
import { csl } from './tasks/csl.ts';
import { cslTitle } from './tasks/csl-title.ts';
import { csldcp } from './tasks/csldcp.ts';
import { eprstmt } from './tasks/eprstmt.ts';
import { iflytek } from './tasks/iflytek.ts';
import { lcqmc } from './tasks/lcqmc.ts';
import { ocnli } from './tasks/ocnli.ts';
import { sentiment } from './tasks/sentiment.ts';
import { stsZh } from './tasks/sts-zh.ts';
import { msra, resume, weibo } from './tasks/tagged.ts';
import { tnews } from './tasks/tnews.ts';

/** All tasks, in CLUE's order, then FewCLUE's, then the others. */
export const clueTasks: readonly ClueTask[] = [
  afqmc,
  tnews,
  iflytek,
  cmnli,
  ocnli,
  cluewsc2020,
  csl,
  eprstmt,
  csldcp,
  bustm,
  cslTitle,
  sentiment,
];

/** Chinese tasks of no benchmark that are read in their own layout. @internal */
export const otherTasks: readonly ClueTask[] = [chnsenticorp, lcqmc, colac, stsZh];

/** CLUE's tasks whose answer is no label: a span, a candidate, entities; and other sets of entities. @internal */
export const readingTasks: readonly ClueTask[] = [cmrc2018, c3, chid, cluener, weibo, resume, msra];
