import { Converter } from 'typedoc';

/** Calls each module what a user imports: `eval/src` is `@cloze/eval`, `models/src/node` is `@cloze/models/node`. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? [])
      module.name = module.name
        .replace(/^(\w+)\/src(?:\/index)?$/, '@cloze/$1')
        .replace(/^(\w+)\/src\/(\w+)$/, '@cloze/$1/$2');
  });
}
