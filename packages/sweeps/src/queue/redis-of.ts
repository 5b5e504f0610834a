import type { Redis } from 'ioredis';
import type { QueueClient } from './queue-client.ts';

/** The connection as what `connectQueue` made: public types name no package that a user has not asked for. */
export const redisOf = (client: QueueClient): Redis => client as Redis;
