import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { PlaygroundLayout } from './playground.ts';
import './contrast.css';
import './playground.css';

const theme: Theme = {
  extends: DefaultTheme,
  // The layout that docs/playground.md asks for.
  enhanceApp: ({ app }) => void app.component('playground', PlaygroundLayout),
};
export default theme;
