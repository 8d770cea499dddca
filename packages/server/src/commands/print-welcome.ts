import type { Server } from 'node:http';
import type { Settings } from '../settings/load-settings.ts';

export interface Welcome {
  settings: Settings;
  server: Server;
  version: string;
  /** Root still has the password that everybody knows. */
  hasDefaultPassword: boolean;
  /** A key that works, where sample data was made. */
  demo: { key: string; model: string } | undefined;
}

/** Tells a person where the gateway listens, how to log in, and a line that works. */
export function printWelcome({
  settings,
  server,
  version,
  hasDefaultPassword,
  demo,
}: Welcome): void {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  const isAnywhere =
    settings.host === undefined || settings.host === '0.0.0.0' || settings.host === '::';
  const base = `http://${isAnywhere ? 'localhost' : settings.host}:${String(port)}`;
  const lines = [
    '',
    `Turnpike ${version} listens on ${base}${settings.role === 'standalone' ? '' : ` (${settings.role})`}`,
    ...(hasDefaultPassword
      ? [
          'First login: root / 123456. Change this password now: everybody knows it (PUT /api/user/self).',
        ]
      : []),
    ...hintsFor(settings.role, base, demo),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function hintsFor(role: Settings['role'], base: string, demo: Welcome['demo']): string[] {
  if (role === 'slave') return [`It relays what its master tells it: curl ${base}/readyz`];
  if (demo === undefined)
    return [
      'Try it:',
      `  curl ${base}/api/status`,
      `To relay, add a channel and a token: docs/guides/first-steps.md${role === 'master' ? '' : ', or start with --demo'}.`,
    ];
  return [
    'Try it:',
    `  curl ${base}/v1/chat/completions -H 'Authorization: Bearer sk-${demo.key}' -H 'Content-Type: application/json' \\\n    -d '{"model":"${demo.model}","messages":[{"role":"user","content":"Hello"}]}'`,
  ];
}
