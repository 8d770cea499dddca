/** A port of 127.0.0.1 that nobody listens on, and that no other test process is given while this one lives. */
export function claimPort(options?: { alsoAbove?: number }): Promise<number>;
