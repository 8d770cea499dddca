/** A folder for a server that is thrown away, in memory where there is plenty; the caller's to remove. */
export function makeServiceFolder(): Promise<string>;
