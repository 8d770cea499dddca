export interface GatewayOptions {
  env?: Record<string, string>;
  dataDir?: string;
  command?: string[];
  args?: string[];
  readyPath?: string;
  port?: number;
  binary?: string;
}

export interface GatewayExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  readonly isRunning: boolean;
  readonly exited: Promise<GatewayExit>;
  logs(): string;
  signal(signal: NodeJS.Signals): boolean;
  kill(signal?: NodeJS.Signals): Promise<GatewayExit>;
  start(): Promise<void>;
  stop(): Promise<GatewayExit>;
  removeData(): Promise<void>;
}

export function startGateway(options?: GatewayOptions): Promise<Gateway>;
