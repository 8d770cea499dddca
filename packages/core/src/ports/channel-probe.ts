/** Result of testing one channel with a real request on the same path as real traffic. */
export interface ProbeResult {
  isOk: boolean;
  /** The model's text answer, or why it failed. Safe to show to administrators. */
  message: string;
  /** Milliseconds. */
  durationMs: number;
  /** The model that was asked for. */
  model: string;
  /** Whether the failure is of the kind that disables a channel (bad key, no balance). */
  isFatal: boolean;
}

/** Tests a channel; implemented by the relay, used by the master. Not billed; works on disabled channels. */
export interface ChannelProbe {
  probe(channelId: number, options?: { model?: string }): Promise<ProbeResult>;
}
