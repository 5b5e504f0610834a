import { defineClientComponent, useData } from 'vitepress';
import { defineComponent, h } from 'vue';

/** All that the page does, fetched when it is opened; none of it is run where pages are made. */
const Playground = import.meta.env.SSR
  ? undefined
  : defineClientComponent(() => import('../../../apps/playground/src/panels/playground-page.vue'));

/** The playground's page: what it is, for those without JavaScript too, and below it what it does. */
export const PlaygroundLayout = defineComponent({
  setup: () => {
    const { frontmatter } = useData();
    return () =>
      h('div', { class: 'playground-page' }, [
        h('h1', frontmatter.value.title),
        h('p', frontmatter.value.description),
        Playground && h(Playground),
      ]);
  },
});
