import {
  logTypes,
  type Channel,
  type ChannelProbe,
  type ChannelRepository,
  type Clock,
  type ProbeResult,
  type RequestLogRepository,
} from '@turnpike/core';

export interface TestChannelDeps {
  channels: ChannelRepository;
  channelProbe: ChannelProbe;
  requestLogs: RequestLogRepository;
  clock: Clock;
  probeTimeoutMs: number;
}

/**
 * Sends one real request through a channel and writes down how it went. Never throws because of the upstream, never
 * takes longer than the time limit, never changes the status.
 */
export type TestChannel = (channel: Channel, model?: string) => Promise<ProbeResult>;

export function createChannelTester(deps: TestChannelDeps): TestChannel {
  return async function testChannel(channel, model) {
    const result = await probeInTime(deps, channel.id, model);
    const testTime = Math.floor(deps.clock.now() / 1000);
    const responseTime = result.isOk ? Math.round(result.durationMs) : 0;
    await deps.channels.recordTest(channel.id, { testTime, responseTime });
    await deps.requestLogs.add({
      type: logTypes.test,
      created_at: testTime,
      channel: channel.id,
      model_name: result.model,
      elapsed_time: Math.round(result.durationMs),
      content: `Test of channel '${channel.name}' (#${String(channel.id)}) ${result.isOk ? 'succeeded' : 'failed'}: ${result.message}`,
    });
    return result;
  };
}

async function probeInTime(
  { channelProbe, probeTimeoutMs }: TestChannelDeps,
  channelId: number,
  model: string | undefined,
): Promise<ProbeResult> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<ProbeResult>((resolve) => {
    timer = setTimeout(() => {
      resolve(toFailure(`no answer in ${String(probeTimeoutMs / 1000)} s`, model, probeTimeoutMs));
    }, probeTimeoutMs);
    timer.unref(); // a stop does not wait for it
  });
  try {
    return await Promise.race([
      channelProbe.probe(channelId, model === undefined ? {} : { model }),
      tooLate,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function toFailure(message: string, model: string | undefined, durationMs: number): ProbeResult {
  return { isOk: false, message, durationMs, model: model ?? '', isFatal: false };
}
