/** What a relay reports about a channel that its upstream refused for good; the master's side decides and acts. */
export interface ChannelHealthReport {
  channelId: number;
  channelName: string;
  /** Why, for the administrator; redacted. */
  reason: string;
}

export interface ChannelHealthSink {
  /** Disables the channel (status 3) if the option `AutomaticDisableChannelEnabled` is on. Never throws. */
  reportFatalError(report: ChannelHealthReport): void;
}
