/** Name of the queue of what relays ask of masters. */
export const CHORES_QUEUE = 'chores';
