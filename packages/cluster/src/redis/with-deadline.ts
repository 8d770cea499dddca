/**
 * Waits for an answer no longer than a deadline of its own: a connection's time-out does not cover a command that is never
 * written. What comes later is still seen by whoever watches the promise itself.
 *
 * @throws what `answer` rejects with, or an error when there is none in time
 */
export function withDeadline<T>(answer: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${String(deadlineMs)} ms`)),
      deadlineMs,
    );
    answer
      .then(resolve, (error: unknown) => reject(error as Error))
      .finally(() => clearTimeout(timer));
  });
}
