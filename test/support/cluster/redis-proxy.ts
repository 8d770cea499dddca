import { createServer, type AddressInfo } from 'node:net';
import { ProxyLink, type Verdict } from './proxy-link.ts';
import type { RedisCommand } from './read-commands.ts';

export type CommandMatcher = (command: RedisCommand) => boolean;

/** Commands that were caught on their way. */
export interface CaughtCommands {
  readonly commands: readonly RedisCommand[];
  /** They arrive now, late. Nothing is caught any more. */
  release(): void;
  /** They never arrive: their connections are cut. Nothing is caught any more. */
  discard(): void;
}

/** A stretch of network between nodes and one Redis server, with everything that can happen to a network. */
export interface RedisProxy {
  readonly port: number;
  /** From the first command that matches on, its connection delivers nothing; the node waits. */
  hold(matches: CommandMatcher): CaughtCommands;
  /** As `hold`, but the node finds its connection cut, and sends what it sends next on a new one. */
  divert(matches: CommandMatcher): CaughtCommands;
  /** Instead of a command that matches, something arrives that does nothing. */
  swallow(matches: CommandMatcher): CaughtCommands;
  /** Nothing moves, nothing is lost. */
  pause(): void;
  resume(): void;
  /** Every connection ends, and none can be made. */
  cut(): void;
  /** Everything passes again; what is held is let go. */
  mend(): void;
  /** Published messages do not reach subscribers. */
  dropMessages(): void;
  keepMessages(): void;
  /** Another server is behind it now; connections to the old one end. */
  switchTo(targetPort: number): void;
  close(): Promise<void>;
}

interface Rule {
  matches: CommandMatcher;
  verdict: Exclude<Verdict, 'pass'>;
  commands: RedisCommand[];
  links: Set<ProxyLink>;
  release(): void;
}

export async function startRedisProxy(targetPort: number): Promise<RedisProxy> {
  const links = new Set<ProxyLink>();
  const rules = new Set<Rule>();
  let target = targetPort;
  let isPaused = false;
  let isCut = false;
  let dropsMessages = false;

  const judge = (command: RedisCommand, link: ProxyLink): Verdict => {
    for (const rule of rules) {
      if (!rule.matches(command)) continue;
      rule.commands.push(command);
      rule.links.add(link);
      return rule.verdict;
    }
    return 'pass';
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    if (isCut) {
      socket.resetAndDestroy();
      return;
    }
    const link = new ProxyLink(socket, {
      targetPort: target,
      judge,
      isDroppingMessages: () => dropsMessages,
      onEnd: (ended) => links.delete(ended),
    });
    links.add(link);
    if (isPaused) link.pause();
    else link.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const cutAll = (): void => {
    for (const link of [...links]) link.cut();
  };
  const resume = (): void => {
    isPaused = false;
    for (const link of links) link.resume();
  };
  const catchCommands = (matches: CommandMatcher, verdict: Rule['verdict']): CaughtCommands => {
    const end = (endOne: (link: ProxyLink) => void) => () => {
      rules.delete(rule);
      for (const link of rule.links) endOne(link);
      rule.links.clear();
    };
    const rule: Rule = {
      matches,
      verdict,
      commands: [],
      links: new Set(),
      release: end((link) => {
        link.release();
      }),
    };
    rules.add(rule);
    return {
      commands: rule.commands,
      release: rule.release,
      discard: end((link) => {
        link.cut();
      }),
    };
  };

  return {
    port: (server.address() as AddressInfo).port,
    hold: (matches) => catchCommands(matches, 'hold'),
    swallow: (matches) => catchCommands(matches, 'swallow'),
    divert: (matches) => catchCommands(matches, 'divert'),
    pause() {
      isPaused = true;
      for (const link of links) link.pause();
    },
    resume,
    cut() {
      isCut = true;
      cutAll();
    },
    mend() {
      isCut = false;
      dropsMessages = false;
      for (const rule of [...rules]) rule.release();
      resume();
    },
    dropMessages() {
      dropsMessages = true;
    },
    keepMessages() {
      dropsMessages = false;
    },
    switchTo(port) {
      target = port;
      cutAll();
    },
    close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      isCut = true;
      cutAll();
      return closed;
    },
  };
}
