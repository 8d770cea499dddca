/** Chores that are asked at the same time are handed on together. Milliseconds. */
export const GATHER_MS = 10;
/** Several at once: a full pass over all accounts must not hold up a disabled channel. */
export const CHORES_AT_ONCE = 4;
/** A chore that fails this often is given up: what matters is asked again. */
export const CHORE_ATTEMPTS = 4;
/** Before the second attempt; twice as long before each further one. Milliseconds. */
export const FIRST_PAUSE_MS = 500;
