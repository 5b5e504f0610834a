import { execFileSync } from 'node:child_process';

/** Licences that what is installed with our packages may have: each lets users do with it what MIT lets them do with ours. */
const allowed = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]);

type Listed = Readonly<Record<string, readonly { readonly name: string }[]>>;
const listed: Listed = JSON.parse(
  execFileSync('pnpm', ['licenses', 'list', '--prod', '--json', '--filter', './packages/*'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  }),
);
/** `(MIT OR Apache-2.0)`: one of them is enough. `MIT AND ISC`: all of them hold. */
const fits = (licence: string) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.has(one.trim())));
const problems = Object.entries(listed).flatMap(([licence, packages]) =>
  fits(licence) ? [] : [`${licence}: ${packages.map(({ name }) => name).join(', ')}`],
);
for (const problem of problems) process.stderr.write(`${problem} is no licence that was agreed on\n`);
process.stdout.write(`${Object.values(listed).flat().length} packages, ${Object.keys(listed).length} licences\n`);
process.exit(problems.length > 0 ? 1 : 0);
