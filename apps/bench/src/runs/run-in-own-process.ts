import { type DoRun, passwordVariable, runInChild } from '@cloze/sweeps/node';
import type { RunPlace } from './execute-run.ts';
import type { RunSpec } from './run-spec.ts';

/** What a child is told on its standard input. */
export interface ChildTask {
  readonly spec: RunSpec;
  readonly place: RunPlace;
}

/** Variables of the environment that a run has no use for: where the command was given, and what opens a queue. */
function environment(): NodeJS.ProcessEnv {
  const { INIT_CWD: _, [passwordVariable]: __, ...rest } = process.env;
  return rest;
}

/** Does runs by this program's hidden command `run-one`, each in a process of its own. @param memory bytes that one may hold (Linux); default any */
export const runInOwnProcess =
  (place: Omit<RunPlace, 'folder'>, memory?: number): DoRun<RunSpec> =>
  ({ spec, folder }, signal) => {
    const task: ChildTask = { spec, place: { ...place, folder } };
    const words = [...process.execArgv, process.argv[1] as string, 'run-one'];
    return runInChild({ words, task, folder, signal, memory, environment: environment() });
  };
