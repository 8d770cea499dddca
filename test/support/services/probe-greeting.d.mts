/** Whether a server answers a first message as expected. Never throws. */
export function probeGreeting(
  port: number,
  message: string,
  isExpected: (answer: Buffer) => boolean,
): Promise<boolean>;
