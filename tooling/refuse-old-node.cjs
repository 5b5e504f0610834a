// The first import of every script: an old Node is one sentence and exit code 2, before anything else can fail in it. Plain syntax, so that
// old versions can read it.
const version = process.versions.node;
const [major, minor] = version.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Cloze needs Node 20.19 or later, this is Node ${version}; install a newer one from nodejs.org, then run the same command again.\n`,
  );
  process.exit(2);
}
