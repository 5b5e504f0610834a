import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Every package's package.json has the same form, so that a reader of one has read them all. */
const problems: string[] = [];
for (const name of readdirSync('packages')) {
  const at = `packages/${name}`;
  const manifest = JSON.parse(readFileSync(`${at}/package.json`, 'utf8')) as Record<string, unknown>;
  const expected: Record<string, unknown> = {
    name: `@cloze/${name}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    // A command's first file is committed, so that installing links it before anything is built.
    files: existsSync(`${at}/bin`) ? ['dist', 'bin'] : ['dist'],
    exports: {
      '.': { '@cloze/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      // What touches a disk is a second entry, so that the first one stays usable anywhere.
      ...(existsSync(`${at}/src/node.ts`) && {
        './node': { '@cloze/source': './src/node.ts', types: './dist/node.d.ts', default: './dist/node.js' },
      }),
      './package.json': './package.json',
    },
    publishConfig: { access: 'public' },
  };
  for (const [key, value] of Object.entries(expected)) {
    if (JSON.stringify(manifest[key]) !== JSON.stringify(value)) {
      problems.push(
        `${at}/package.json: ${key} is ${JSON.stringify(manifest[key])}, expected ${JSON.stringify(value)}`,
      );
    }
  }
  if ((manifest.repository as { directory?: string } | undefined)?.directory !== at)
    problems.push(`${at}/package.json: repository.directory must be ${at}`);
  for (const [dependency, range] of Object.entries((manifest.dependencies ?? {}) as Record<string, string>)) {
    const right = dependency.startsWith('@cloze/') ? 'workspace:^' : 'catalog:';
    if (range !== right) problems.push(`${at}/package.json: ${dependency} is '${range}', expected '${right}'`);
  }
  if (!existsSync(`${at}/README.md`)) problems.push(`${at}/README.md is missing`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
