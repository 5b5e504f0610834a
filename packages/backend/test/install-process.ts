import { installLibtensorflow } from '../src/install/install-libtensorflow.ts';

// One installation in a process of its own, to be interrupted or put before a full disk: node --import tsx install-process.ts OPTIONS
const [options = '{}'] = process.argv.slice(2);
try {
  await installLibtensorflow({ ...JSON.parse(options), report: (line) => process.stderr.write(`${line}\n`) });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
