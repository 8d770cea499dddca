export interface StartedScript {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

export function startScript(
  script: string,
  args: readonly string[],
  core?: string,
): Promise<StartedScript>;
