/** A server of the machine that can be started again after it was stopped or killed. */
export interface ServerProcess {
  /** Starts it and waits until it accepts connections. */
  start(): Promise<void>;
  /** Ends it in good order; fine where it is not running. */
  stop(): Promise<void>;
  isRunning(): boolean;
  /** `SIGSTOP`, `SIGCONT`, … */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal (SIGKILL) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Lets the account that the servers run as use a folder. */
export function givePermission(folder: string): Promise<void>;
/** A server of the machine that can be started again after it was stopped or killed. */
export function createServerProcess(
  program: string,
  parameters: readonly string[],
  options: { folder: string; isReady: () => Promise<boolean>; stopSignal?: NodeJS.Signals },
): ServerProcess;
