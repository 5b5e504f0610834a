export { type Figure, figureHtml, name, quantity } from './figures/page-figure.ts';
export { type QuickStartOptions, quickStartCommand } from './quick-start.ts';
export { readPoems } from './read-poems.ts';
