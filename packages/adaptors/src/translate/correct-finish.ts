import type { Finish } from '@turnpike/core';

/**
 * Many upstreams say that they stopped when they called a tool, or the other way round: what the answer holds decides.
 *
 * @param hasToolCalls whether the answer calls a tool that the client runs
 */
export function correctFinish(finish: Finish, hasToolCalls: boolean): Finish {
  if (finish.reason === 'stop' && hasToolCalls) return { ...finish, reason: 'tool-calls' };
  if (finish.reason === 'tool-calls' && !hasToolCalls) return { ...finish, reason: 'stop' };
  return finish;
}
