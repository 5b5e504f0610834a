import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const docs = join(root, 'docs');
const repository = 'https://github.com/cloze-mlm/cloze';

/** Where a relative link of a page leads on the site: pages stay, everything else is the repository's. @throws where nothing is there */
function target(link: string, page: string): string {
  const [path = '', hash] = link.split('#');
  if (path === '' || /^[a-z]+:|^\//.test(link)) return link;
  const file = resolve(docs, dirname(page), decodeURI(path));
  if (!existsSync(file)) throw new Error(`${page} links to ${link}, which is not there.`);
  const below = relative(docs, file);
  if (!below.startsWith('..') && below.endsWith('.md')) return link;
  const kind = statSync(file).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${relative(root, file)}${hash ? `#${hash}` : ''}`;
}

const titleOf = (file: string) => /^# (.+)$/m.exec(readFileSync(join(docs, file), 'utf8'))?.[1] ?? file;
const entry = (file: string) => ({ text: titleOf(file), link: `/${file.replace(/\.md$/, '')}` });
const guides = [
  'guides/first-encoder.md',
  'guides/fine-tune.md',
  'guides/own-policy.md',
  'guides/own-regulariser.md',
  'guides/own-loop.md',
  'guides/new-family.md',
  'guides/hugging-face.md',
  'export.md',
  'guides/without-python.md',
  'guides/browser.md',
  'several-machines.md',
  'sweeps.md',
  'guides/reproducible.md',
];
const articles = [
  'articles/t-ta.md',
  'articles/mask-rate.md',
  'articles/dropout-view.md',
  'articles/r-drop.md',
  'articles/integrated-gradients.md',
];
const reference = ['one-sentence.md', 'glossary.md', 'data.md'];
const measured = ['perf.md', 'recipes.md', 'results.md'];
const inside = ['architecture.md', 'adding.md'];

/** A line with a gap. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#3a4fc4"/><path d="M5 20h6m10 0h6" stroke="#fff" stroke-width="3"/><rect x="12" y="9" width="8" height="13" rx="2" fill="none" stroke="#fff" stroke-width="2"/></svg>';

export default defineConfig({
  title: 'Cloze',
  description: 'Masked language models, trained, judged and explained from Node.',
  srcDir: '../docs',
  rewrites: { 'api/README.md': 'api/index.md' },
  outDir: './dist',
  cacheDir: './.cache',
  lang: 'en-GB',
  cleanUrls: true,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  // Pages lie beside this folder, not in it: what they are compiled to finds Vue here.
  vite: {
    resolve: {
      alias: { vue: join(root, 'site/node_modules/vue') },
      // The playground runs the packages from their sources, and fetches the engine's wasm where it lies.
      conditions: ['@cloze/source', 'onnxruntime-web-use-extern-wasm'],
    },
    worker: { format: 'es' },
    server: { fs: { allow: [root] } },
  },
  markdown: {
    // Generics and braces of prose are text, not components.
    html: false,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (md) => {
      // Pages are read on GitHub too, which knows this tag; here raw HTML is text, and a container folds.
      md.core.ruler.before('block', 'folded parts', (state) => {
        state.src = state.src
          .replaceAll(/^<details><summary>(.+)<\/summary>$/gm, '::: details $1')
          .replaceAll(/^<\/details>$/gm, ':::');
      });
      // `![what it shows](figure:name)` alone in a paragraph: what `apps/articles` drew.
      md.core.ruler.push('figures', (state) => {
        for (const [i, token] of state.tokens.entries()) {
          const [image, more] = token.children ?? [];
          const name = /^figure:([\w-]+)$/.exec(image?.attrGet('src') ?? '')?.[1];
          if (!name || more) continue;
          const html = new state.Token('html_block', '', 0);
          html.content = `<div class="figure" v-pre>${readFileSync(join(root, 'site/.cache/figures', `${name}.html`), 'utf8')}</div>`;
          state.tokens.splice(i - 1, 3, html);
        }
      });
      md.core.ruler.push('links to the repository', (state) => {
        const page: string = state.env.relativePath;
        for (const token of state.tokens)
          for (const child of token.children ?? []) {
            const href = child.type === 'link_open' ? child.attrGet('href') : null;
            if (href) child.attrSet('href', target(href, page));
          }
      });
    },
  },
  themeConfig: {
    // What is read aloud is what stands on the button.
    search: { provider: 'local', options: { translations: { button: { buttonAriaLabel: 'Search' } } } },
    nav: [
      { text: 'Playground', link: '/playground' },
      { text: 'Guides', link: '/guides/first-encoder' },
      { text: 'Articles', link: '/articles/t-ta' },
      { text: 'Reference', link: '/api/' },
      { text: 'Results', link: '/results' },
    ],
    sidebar: [
      { text: 'Guides', items: guides.map(entry) },
      { text: 'Articles, explained', items: articles.map(entry) },
      { text: 'Reference', items: [{ text: 'API', link: '/api/' }, ...reference.map(entry)] },
      { text: 'Measured', items: measured.map(entry) },
      {
        text: 'Inside',
        items: [...inside.map(entry), { text: 'Decisions', link: `${repository}/tree/main/docs/decisions` }],
      },
    ],
    outline: [2, 3],
    // Named as it reads.
    notFound: { linkLabel: 'Take me home' },
    darkModeSwitchTitle: 'Switch to dark',
    lightModeSwitchTitle: 'Switch to light',
    socialLinks: [{ icon: 'github', link: repository }],
  },
  // For programs that read: every guide as one text.
  buildEnd: ({ outDir }) => {
    const parts = ['index.md', ...guides, ...articles, ...reference].map((file) =>
      readFileSync(join(docs, file), 'utf8'),
    );
    writeFileSync(join(outDir, 'llms-full.txt'), parts.join('\n\n'));
    const lines = (files: readonly string[]) =>
      files.map((file) => `- [${titleOf(file)}](/${file.replace(/\.md$/, '')})`).join('\n');
    writeFileSync(
      join(outDir, 'llms.txt'),
      `# Cloze\n\n> Masked language models, trained, judged and explained from Node.\n\nAll of it: /llms-full.txt\n\n## Guides\n\n${lines(guides)}\n\n## Articles, explained\n\n${lines(articles)}\n`,
    );
  },
});
