import { connect, type Socket } from 'node:net';
import { createCommandReader, type RedisCommand } from './read-commands.ts';

/**
 * What becomes of a command: it passes; it and all after it wait; the same, and its sender is cut off; or something else
 * arrives in its place that does nothing.
 */
export type Verdict = 'pass' | 'hold' | 'divert' | 'swallow';

const nothing = '*1\r\n$4\r\nPING\r\n';

export interface LinkRules {
  targetPort: number;
  judge(command: RedisCommand, link: ProxyLink): Verdict;
  isDroppingMessages(): boolean;
  onEnd(link: ProxyLink): void;
}

/** One connection of a node through the proxy. */
export class ProxyLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #rules: LinkRules;
  /** Bytes that wait; undefined while everything passes. */
  #held: Buffer[] | undefined;
  #isSubscriber = false;
  #clientHasEnded = false;

  constructor(client: Socket, rules: LinkRules) {
    this.#client = client;
    this.#rules = rules;
    this.#server = connect({ port: rules.targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const readCommands = createCommandReader();
    client.setNoDelay(true);
    this.#server.setNoDelay(true);
    client.on('data', (bytes) => {
      for (const command of readCommands(bytes)) this.#forward(command);
    });
    this.#server.on('data', (bytes) => {
      this.#answer(bytes);
    });
    client.on('end', () => {
      this.#clientHasEnded = true;
      if (this.#held === undefined) this.#server.end();
    });
    this.#server.on('end', () => client.end());
    for (const socket of [client, this.#server]) socket.on('error', () => undefined);
    client.on('close', () => {
      if (this.#held === undefined) this.#server.destroySoon();
    });
    this.#server.on('close', () => {
      client.destroySoon();
      rules.onEnd(this);
    });
  }

  /** Nothing moves in either direction, and nothing gets lost. */
  pause(): void {
    this.#client.pause();
    this.#server.pause();
  }

  resume(): void {
    this.#client.resume();
    this.#server.resume();
  }

  /** Lets go what waited, also where its sender is gone: a network may deliver late. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.#server.write(bytes);
    if (this.#clientHasEnded || this.#client.destroyed) this.#server.end();
  }

  /** Ends both sides; what waited is lost. */
  cut(): void {
    this.#held = undefined;
    this.#client.destroy();
    this.#server.destroy();
  }

  #forward(command: RedisCommand): void {
    if (command.name.endsWith('SUBSCRIBE')) this.#isSubscriber = true;
    if (this.#held !== undefined) {
      this.#held.push(command.raw);
      return;
    }
    const verdict = this.#rules.judge(command, this);
    if (verdict === 'pass' || verdict === 'swallow') {
      this.#server.write(verdict === 'pass' ? command.raw : nothing);
      return;
    }
    this.#held = [command.raw];
    if (verdict === 'divert') this.#client.destroy();
  }

  #answer(bytes: Buffer): void {
    const isMessage = this.#isSubscriber && bytes.includes('$7\r\nmessage\r\n');
    if (isMessage && this.#rules.isDroppingMessages()) return;
    if (!this.#client.destroyed) this.#client.write(bytes);
  }
}
