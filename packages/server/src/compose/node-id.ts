import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** A name for one life of one process: readable, and never used again. */
export function createNodeId(): string {
  const host = hostname()
    .replace(/[^\w.-]/g, '-')
    .slice(0, 40);
  return `${host}-${process.pid}-${randomBytes(3).toString('hex')}`;
}
