const MAX_ATTEMPTS = 8;

/** Repeats a transaction that another one got in the way of, after a short random pause. */
export async function retryTransaction<T>(
  isRetryable: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count === MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await pause(Math.random() * 5 * 2 ** count);
    }
  }
}

/** Waits without holding up the event loop. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
