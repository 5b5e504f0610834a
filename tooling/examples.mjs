// Runs every example from nothing, in the order of examples/README.md; one that is not listed, is long, or imports what is not published fails.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { run } from './run.mjs';

const listed = [...readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[`([\w-]+\.ts)`\]/gm)].map(
  ([, file]) => file,
);
const unlisted = readdirSync('examples').filter((file) => file.endsWith('.ts') && !listed.includes(file));
/** Lines of an example without empty ones and comments, imports and all. */
const most = 22;
/** What is wrong with an example before it runs. */
function problemsOf(file) {
  const source = readFileSync(`examples/${file}`, 'utf8');
  const lines = source.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('//'));
  const foreign = [...source.matchAll(/from '([^']+)'/g)]
    .map(([, from]) => from)
    .filter((from) => !from.startsWith('@cloze/'));
  return [
    ...(lines.length > most ? [`it has ${lines.length} lines, at most ${most} are wanted`] : []),
    ...foreign.map((from) => `it imports '${from}', which is no published package of ours`),
  ];
}
let failed = unlisted.length;
rmSync('examples/runs', { recursive: true, force: true });
for (const file of unlisted) process.stdout.write(`FAILED ${file}: examples/README.md does not list it\n`);
for (const file of listed) {
  const started = Date.now();
  const code = run('node', ['--import', 'tsx', '--conditions=@cloze/source', file], {
    cwd: 'examples',
    stdio: ['ignore', 2, 2],
  });
  const problems = problemsOf(file);
  if (code !== 0 || problems.length > 0) failed++;
  for (const problem of problems) process.stderr.write(`${file}: ${problem}\n`);
  process.stdout.write(
    `${code === 0 && problems.length === 0 ? 'ok    ' : 'FAILED'} ${file} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
}
process.stdout.write(`examples: ${listed.length + unlisted.length - failed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);
