import { errors, type Logger } from '@turnpike/core';

/** How often a database that failed is looked at. Milliseconds. */
const LOOK_EVERY_MS = 1000;

export interface DatabaseWatchDeps {
  /** Writes something and takes it back. @throws where nothing can be written now, as a charge would */
  checkWrites(): Promise<void>;
  /** Whether a failure of the database will pass by itself, or when an operator does something about it. */
  isOutage(error: unknown): boolean;
  logger: Logger;
  lookEveryMs?: number;
}

/**
 * Whether the database of this process takes charges. From the first call that met an outage (a full disk, a server that
 * is away) until something could be written again, nobody should be let in: the upstream would be paid for an answer that
 * cannot be charged, and so is not given to the client either.
 */
export class DatabaseWatch {
  readonly #deps: DatabaseWatchDeps;
  /** The code of the failure, while it lasts. */
  #outage: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(deps: DatabaseWatchDeps) {
    this.#deps = deps;
  }

  get isUsable(): boolean {
    return this.#outage === undefined;
  }

  /** Why nothing can be charged now; empty: it can. The words of a driver may hold secrets, so only its code is told. */
  findObstacles(): readonly string[] {
    if (this.#outage === undefined) return [];
    return [`the database cannot be used (${this.#outage}): requests are refused until it can`];
  }

  /**
   * For what requests need of the database. An outage is told to the operator, once, and becomes the refusal that clients
   * try again after (`not_ready`); any other error stays what it is.
   */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (!this.#deps.isOutage(error)) throw error;
      this.#begin(error);
      throw errors.notReady({ retryAfterMs: LOOK_EVERY_MS }, { cause: error });
    }
  }

  /** Resolves when nothing is asked of the database any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #begin(error: unknown): void {
    if (this.#outage !== undefined) return;
    this.#outage = codeOf(error);
    this.#deps.logger.error(
      { err: error },
      'the database cannot be used: requests are refused until it can',
    );
    // A lock or a broken connection may be over by now.
    this.#look();
  }

  #look(): void {
    if (this.#isClosed) return;
    this.#looking = this.#check().finally(() => {
      if (this.#outage === undefined || this.#isClosed) return;
      const pauseMs = this.#deps.lookEveryMs ?? LOOK_EVERY_MS;
      this.#timer = setTimeout(() => this.#look(), pauseMs).unref();
    });
  }

  async #check(): Promise<void> {
    const { checkWrites, isOutage, logger } = this.#deps;
    try {
      await checkWrites();
      logger.info({}, 'the database can be used again');
    } catch (error) {
      if (isOutage(error)) return;
      // A bug of the look must not keep everybody out.
      logger.error({ err: error }, 'the database could not be looked at');
    }
    this.#outage = undefined;
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
