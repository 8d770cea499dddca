import type { Server } from 'node:http';

interface Place {
  host: string | undefined;
  port: number;
}

/**
 * Listens; resolves when the first connection can come.
 *
 * @throws an error that names the setting to change, where it is the port or the address
 */
export function listen(server: Server, { host, port }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = explain(error.code, { host: host, port });
      reject(reason === undefined ? error : new Error(reason, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

function explain(code: string | undefined, { host, port }: Place): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: port ${String(port)} is in use; choose another one with --port or PORT`;
    case 'EACCES':
      return `PORT: this user may not listen on port ${String(port)}; choose one above 1023 with --port or PORT, or let the user do it (setcap cap_net_bind_service=+ep on node)`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST: ${String(host)} is no address of this machine (${code}); unset it to listen on all addresses`;
    default:
      return undefined;
  }
}
