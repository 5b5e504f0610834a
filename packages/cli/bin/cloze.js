#!/usr/bin/env node
// Committed, so that package managers find it before the package is built; written so that an old Node can read it.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`cloze: Node 20.19 or later is needed, and this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  try {
    await import('../dist/cli.js');
  } catch (error) {
    // Only what keeps the command from being loaded comes here, so it is said without its help.
    const few = error.code === 'EMFILE' || error.code === 'ENFILE';
    process.stderr.write(
      `cloze: ${few ? 'too many files are open; raise the limit with ulimit -n.' : error.message}\n`,
    );
    process.exitCode = 1;
  }
}
