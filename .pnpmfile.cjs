// The first file of ours that any pnpm command reads: an old Node is one sentence, not a failed install with a page of traces.
require('./tooling/refuse-old-node.cjs');
