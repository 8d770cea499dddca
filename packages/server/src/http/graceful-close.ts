import type { Server } from 'node:http';

/**
 * Stops accepting connections and waits until every request in flight has its answer. Idle connections are closed at
 * once; what still runs after `graceMs` is cut.
 *
 * @returns whether everything ended by itself
 */
export function closeGracefully(server: Server, graceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let isCut = false;
    const cut = setTimeout(() => {
      isCut = true;
      server.closeAllConnections();
    }, graceMs);
    // Connections that become idle later are not closed by `close`.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, 100);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve(!isCut);
    });
    server.closeIdleConnections();
  });
}
