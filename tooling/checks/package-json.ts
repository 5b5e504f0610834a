import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Every package's package.json has the same form, so that a reader of one has read them all. */
const problems: string[] = [];
for (const name of readdirSync('packages')) {
  const at = `packages/${name}`;
  const manifest = JSON.parse(readFileSync(`${at}/package.json`, 'utf8')) as Record<string, unknown>;
  const expected: Record<string, unknown> = {
    // The command line is what people type: `npx cloze`.
    name: name === 'cli' ? 'cloze' : `@cloze/${name}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    // A command's first file is committed, so that installing links it before anything is built.
    files: existsSync(`${at}/bin`) ? ['dist', 'bin'] : ['dist'],
    exports: {
      // What touches a disk, and what proves a part of a user's own, are entries beside the first, which stays usable anywhere.
      ...Object.fromEntries(
        ['index', 'node', 'contract', 'terminal'].flatMap((entry) =>
          existsSync(`${at}/src/${entry}.ts`)
            ? [
                [
                  entry === 'index' ? '.' : `./${entry}`,
                  {
                    '@cloze/source': `./src/${entry}.ts`,
                    types: `./dist/${entry}.d.ts`,
                    default: `./dist/${entry}.js`,
                  },
                ],
              ]
            : [],
        ),
      ),
      './package.json': './package.json',
    },
    publishConfig: { access: 'public' },
    homepage: `https://github.com/cloze-mlm/cloze/tree/main/${at}#readme`,
    bugs: { url: 'https://github.com/cloze-mlm/cloze/issues' },
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
  for (const key of ['description', 'keywords'])
    if (!manifest[key]?.toString()) problems.push(`${at}/package.json: ${key} is missing`);
  if (!existsSync(`${at}/README.md`)) problems.push(`${at}/README.md is missing`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
