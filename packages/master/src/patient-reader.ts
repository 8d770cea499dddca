const PATIENCE_MS = 1000;

/**
 * A reading that is shared by those who ask at once, and that is undefined where its source is away: the other metrics
 * must be readable just then.
 */
export function createPatientReader<Value>(
  read: () => Promise<Value>,
): () => Promise<Value | undefined> {
  let current: Promise<Value | undefined> | undefined;
  return () => {
    if (current === undefined) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS, undefined);
      });
      current = Promise.race([read().catch(() => undefined), patience]).finally(() => {
        clearTimeout(timer);
        current = undefined;
      });
    }
    return current;
  };
}
