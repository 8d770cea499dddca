/** What a worker tells and asks its supervisor. */
export type ToSupervisor =
  | { turnpike: 'status'; obstacles: readonly string[] }
  | { turnpike: 'ask'; id: number; what: 'readiness' | 'metrics' };

/** What the supervisor answers. */
export type ToWorker = { turnpike: 'answer'; id: number; value: unknown; error?: string };

export function isToSupervisor(message: unknown): message is ToSupervisor {
  return isOurs(message) && (message.turnpike === 'status' || message.turnpike === 'ask');
}

export function isToWorker(message: unknown): message is ToWorker {
  return isOurs(message) && message.turnpike === 'answer';
}

function isOurs(message: unknown): message is { turnpike: unknown } {
  return typeof message === 'object' && message !== null && 'turnpike' in message;
}
