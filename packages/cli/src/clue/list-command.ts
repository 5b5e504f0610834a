import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkTasks } from '@cloze/datasets';
import { plainTable } from './plain-table.ts';
import { dataSources } from './pull/sources.ts';

/** Lists the tasks: kind, labels, metric, files, where predictions go and where the data come from; with a folder, what is there. */
export function listCommand({ data, json }: { readonly data?: string; readonly json: boolean }): void {
  const table = plainTable(
    ['task', 'what', 'kind', 'labels', 'metric', 'folder', 'handed in as', ...(data === undefined ? [] : ['there'])],
    [3],
  );
  for (const { name, title, kind, labels, metrics, folder, files, submissions } of benchmarkTasks) {
    const there = data === undefined ? [] : files.filter((file) => existsSync(join(data, folder, file.name)));
    if (json) {
      const sources = dataSources.filter(({ task }) => task === name).map(({ url, sha256 }) => ({ url, sha256 }));
      const known = { task: name, title, kind, labels, metrics, folder, files, submissions, sources };
      process.stdout.write(
        `${JSON.stringify(data === undefined ? known : { ...known, there: there.map((file) => file.name) })}\n`,
      );
      continue;
    }
    table.push([
      ...[name, title, kind, labels.length === 0 ? '' : `${labels.length}`, metrics[0] as string, folder],
      submissions.map(({ file }) => file).join(', '),
      ...(data === undefined ? [] : [there.map((file) => file.name).join(', ')]),
    ]);
  }
  if (!json) process.stdout.write(`${table.toString()}\n`);
}
