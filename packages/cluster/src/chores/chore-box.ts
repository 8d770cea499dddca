import type { Chore, Clock } from '@turnpike/core';

const REPEAT_MS = 1000;
/** Accounts in one chore. */
const MAX_ACCOUNTS = 500;
/** Of each kind, while the queue does not take any. */
const MAX_GATHERED = 10_000;

/** Chores that were asked and not handed on yet. The same one again within a second is one. */
export class ChoreBox {
  readonly #clock: Clock;
  readonly #userIds = new Set<number>();
  readonly #apiTokenIds = new Set<number>();
  #wantsDirectory = false;
  #others: Chore[] = [];
  /** What was asked lately → when (Unix milliseconds), oldest first. */
  readonly #asked = new Map<string, number>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** @returns false where there is no room */
  add(chore: Chore): boolean {
    this.#forgetOld();
    if (chore.kind === 'hydrate') return this.#addAccounts(chore);
    if (this.#wasAsked(identify(chore))) return true;
    if (this.#others.length >= MAX_GATHERED) return false;
    this.#others.push(chore);
    return true;
  }

  /** Empties the box. */
  take(): Chore[] {
    const chores: Chore[] = this.#wantsDirectory
      ? [{ kind: 'hydrate', userIds: [], apiTokenIds: [] }]
      : [];
    const userIds = [...this.#userIds];
    const apiTokenIds = [...this.#apiTokenIds];
    for (let n = 0; n < Math.max(userIds.length, apiTokenIds.length); n += MAX_ACCOUNTS)
      chores.push({
        kind: 'hydrate',
        userIds: userIds.slice(n, n + MAX_ACCOUNTS),
        apiTokenIds: apiTokenIds.slice(n, n + MAX_ACCOUNTS),
      });
    chores.push(...this.#others);
    this.#wantsDirectory = false;
    this.#userIds.clear();
    this.#apiTokenIds.clear();
    this.#others = [];
    return chores;
  }

  #addAccounts({ userIds, apiTokenIds }: Chore & { kind: 'hydrate' }): boolean {
    if (userIds.length + apiTokenIds.length === 0) {
      if (!this.#wasAsked('directory')) this.#wantsDirectory = true;
      return true;
    }
    if (this.#userIds.size + this.#apiTokenIds.size >= MAX_GATHERED) return false;
    for (const id of userIds) if (!this.#wasAsked(`user:${id}`)) this.#userIds.add(id);
    for (const id of apiTokenIds) if (!this.#wasAsked(`token:${id}`)) this.#apiTokenIds.add(id);
    return true;
  }

  #wasAsked(name: string): boolean {
    if (this.#asked.has(name)) return true;
    this.#asked.set(name, this.#clock.now());
    return false;
  }

  #forgetOld(): void {
    const oldest = this.#clock.now() - REPEAT_MS;
    for (const [name, at] of this.#asked) {
      if (at > oldest) return;
      this.#asked.delete(name);
    }
  }
}

function identify(chore: Exclude<Chore, { kind: 'hydrate' }>): string {
  if (chore.kind === 'channel-failure') return `channel:${chore.report.channelId}`;
  return `requests:${chore.requests.map(({ requestId }) => requestId).join()}`;
}
