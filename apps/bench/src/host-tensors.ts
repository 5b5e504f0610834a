export { bools, floats, ints } from '@cloze/backend';
