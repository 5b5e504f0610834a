import { progress } from '../../terminal/progress.ts';
import { pinsName } from './pins.ts';
import { type PullProblem, pullData } from './pull-data.ts';
import { type DataSource, sourcesNamed } from './sources.ts';

const origins = {
  recorded: 'equals the recorded checksum',
  pinned: 'equals the checksum of the first fetch',
  'first fetch': `no checksum is known for it: pinned in ${pinsName}`,
} as const;

/** Fetches official files into a data folder; exit code 1 when any could not be had, 130 when interrupted. */
export async function pullCommand(
  names: readonly string[],
  { data, from, json }: { readonly data: string; readonly from?: string; readonly json: boolean },
): Promise<void> {
  const sources = sourcesNamed(names);
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const problems: PullProblem[] = [];
  let fetched = 0;
  try {
    const optionsOf = ({ path }: DataSource) => {
      let show: ReturnType<typeof progress> | undefined;
      return {
        signal: controller.signal,
        ...(from !== undefined && { from }),
        report: (bytes: number, total: number | undefined) => {
          // Without a total there is nothing to measure by.
          if (total === undefined) return;
          show ??= progress(path, total);
          show(bytes, `bytes`);
        },
      };
    };
    for await (const result of pullData(data, sources, optionsOf)) {
      if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
      if (result.kind === 'problem') {
        problems.push(result);
        process.stderr.write(`${result.task}: ${result.reason}\n`);
        continue;
      }
      fetched += result.state === 'fetched' ? 1 : 0;
      const line = `${result.task}: ${result.files.join(', ')} ${result.state === 'there' ? 'there already, unchanged' : `fetched (${result.bytes} bytes; ${origins[result.checked]})`}`;
      (json ? process.stderr : process.stdout).write(`${line}\n`);
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.stderr.write('cloze: stopped; the same command goes on where it stopped.\n');
    process.exitCode = 130;
    return;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  if (problems.length > 0)
    throw new Error(`${problems.length} of ${sources.length} sources could not be brought in; they are named above.`);
  process.stderr.write(
    `${fetched} fetched, ${sources.length - fetched} there already. To see what they hold: cloze data check ${data}${names.length > 0 ? ` --tasks ${names.join()}` : ''}\n`,
  );
}
