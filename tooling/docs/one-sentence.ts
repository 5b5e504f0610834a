import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/**
 * Keeps docs/one-sentence.md: one sentence for every public function, from its own comment, so that the page cannot say what the code does not.
 *
 * Without arguments it compares and exits with 1 on a difference; `--write` writes. A public function without a comment is an error.
 */
const page = 'docs/one-sentence.md';
const mark =
  '<!-- Below: written by `node --import tsx tooling/docs/one-sentence.ts --write` from the comments in the code. -->';
const problems: string[] = [];

const sourceOf = (path: string) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);

/** The file that a specifier of a package's own names: beside the file, or what `imports` of its package.json gives Node. */
function fileOf(path: string, specifier: string): string {
  if (!specifier.startsWith('#')) return join(dirname(path), specifier);
  const at = path.split('/').slice(0, 2).join('/');
  const { imports } = JSON.parse(readFileSync(`${at}/package.json`, 'utf8')) as {
    readonly imports: Readonly<Record<string, { readonly '@cloze/source': { readonly default: string } }>>;
  };
  return join(at, imports[specifier]?.['@cloze/source'].default ?? specifier);
}

/** Names a module gives away, with the file and name each comes from. Types are left out. */
function exportsOf(path: string): { name: string; from: string; original: string }[] {
  const found: { name: string; from: string; original: string }[] = [];
  for (const statement of sourceOf(path).statements) {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly || !statement.moduleSpecifier) continue;
    const from = fileOf(path, (statement.moduleSpecifier as ts.StringLiteral).text);
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
    for (const element of statement.exportClause.elements)
      if (!element.isTypeOnly)
        found.push({ name: element.name.text, from, original: (element.propertyName ?? element.name).text });
  }
  return found;
}

/** The comment of a name in a file, followed through re-exports. */
function commentOf(path: string, name: string): string | undefined {
  for (const statement of sourceOf(path).statements) {
    const declares = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.some(({ name: binding }) => binding.getText() === name)
      : (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name?.text === name;
    if (!declares) continue;
    const comments = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
    const text = ts.getTextOfJSDocComment(comments.at(-1)?.comment);
    if (text) return text;
  }
  const again = exportsOf(path).find((entry) => entry.name === name);
  return again && commentOf(again.from, again.original);
}

/** The first sentence of a comment on one line, safe in a table. */
function firstSentence(comment: string): string {
  const [paragraph = ''] = comment.replace(/\{@link (\w+)\}/g, '`$1`').split(/\n\s*\n/);
  const line = paragraph.replace(/\s+/g, ' ').trim();
  const end = /(?<!\b(?:e\.g|i\.e|al|vs|cf))[.!?](?= (?:[A-Z`@]|$))|[.:]$/.exec(line);
  return (end ? line.slice(0, end.index) : line).replace(/\|/g, '\\|');
}

const order = [
  'checks',
  'random',
  'tokenizer',
  'masking',
  'datasets',
  'backend',
  'encoder',
  'regularisers',
  'trainer',
  'sweeps',
  'eval',
  'models',
];
const tables = order.flatMap((name) =>
  ['index', 'node', 'contract'].flatMap((entry) => {
    const path = `packages/${name}/src/${entry}.ts`;
    if (!existsSync(path)) return [];
    const rows = exportsOf(path)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name: public_, from, original }) => {
        const comment = commentOf(from, original);
        if (!comment) problems.push(`${from}: ${original} is public and has no comment.`);
        return `| \`${public_}\` | ${comment ? firstSentence(comment) : ''}. |`;
      });
    return [
      `## \`@cloze/${name}${entry === 'index' ? '' : `/${entry}`}\`\n\n| name | in one sentence |\n| --- | --- |\n${rows.join('\n')}\n`,
    ];
  }),
);
const now = readFileSync(page, 'utf8');
const [top] = now.split(mark);
const wanted = `${top}${mark}\n\n${tables.join('\n')}`;
if (process.argv.includes('--write')) {
  writeFileSync(`${page}.partial`, wanted);
  renameSync(`${page}.partial`, page);
} else if (now !== wanted) problems.push(`${page} differs from the comments in the code.`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
