import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@cloze/source', 'node', 'import', 'default'] },
  ssr: {
    resolve: {
      conditions: ['@cloze/source', 'node', 'import', 'default'],
      externalConditions: ['@cloze/source', 'node', 'import', 'default'],
    },
  },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tooling/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
