// `pnpm check`: every check that is not a test. All run; the exit code is 1 when any failed.
import './refuse-old-node.cjs';
import { spawnSync } from 'node:child_process';

const node = process.execPath;
const tsx = [node, '--import', 'tsx'];
const checks = [
  ['types', [node, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'], 'mend the types it names'],
  [
    'lint and format',
    [node, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
    'run: pnpm format',
  ],
  [
    'arrows',
    [...tsx, 'tooling/checks/arrows.ts'],
    'move the code, or change docs/architecture.md with a decision record',
  ],
  [
    'casts',
    [...tsx, 'tooling/checks/casts.ts'],
    'have the type instead of claiming it; else give the reason in a comment, within the ceiling',
  ],
  [
    'spreads',
    [...tsx, 'tooling/checks/spreads.ts'],
    'go through the list in a loop; where it is short for a reason, say so in a comment with the words "at most"',
  ],
  [
    'options',
    [node, '--import', 'tsx', '--conditions=@cloze/source', 'tooling/checks/options.ts'],
    'look at the names and numbers of the options first (checkOptions); what is data is listed in tooling/checks/options.ts',
  ],
  ['readmes', [...tsx, 'tooling/checks/readmes.ts'], 'give the README the skeleton, and name only what is exported'],
  [
    'in the browser',
    [...tsx, 'tooling/checks/browser.ts'],
    'take what it names behind an import of package.json with a browser condition; a larger ceiling needs a reason',
  ],
  ['package.json', [...tsx, 'tooling/checks/package-json.ts'], 'make the package like the others'],
  ['commands', [...tsx, 'tooling/checks/commands.ts'], 'list the command in the README beside it'],
  ['unused', [node, 'node_modules/knip/bin/knip.js', '--treat-config-hints-as-errors'], 'remove what nothing uses'],
  [
    'one sentence',
    [...tsx, 'tooling/docs/one-sentence.ts'],
    'comment what is named, then run: node --import tsx tooling/docs/one-sentence.ts --write',
  ],
  ['licences', [...tsx, 'tooling/release/licences.ts'], 'leave the package out, or allow its licence with a reason'],
  ['build', ['pnpm', 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], 'mend the build'],
  ['packed packages', [...tsx, 'tooling/checks/packed.ts'], 'mend exports or types of the package it names'],
  [
    'readme examples',
    [node, '--import', 'tsx', '--conditions=@cloze/source', 'tooling/checks/readme-examples.ts'],
    'make the example true',
  ],
];

let failed = 0;
for (const [name, [command, ...args], remedy] of checks) {
  const started = Date.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const ok = status === 0;
  failed += ok ? 0 : 1;
  process.stdout.write(
    `${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)${ok ? '' : `: ${remedy}`}\n`,
  );
  if (!ok) process.stdout.write(`${error?.message ?? ''}${stdout}${stderr}\n`);
}
process.stdout.write(`checks: ${checks.length - failed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);
