import type { Server } from 'node:http';

/** Listens; resolves when the first connection can come. @throws an error that names PORT where it is taken */
export function listen(
  server: Server,
  { host, port }: { host: string | undefined; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `PORT: port ${String(port)} is in use; choose another one with --port or PORT`,
            )
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
