import type { MasterSettings } from '@turnpike/master';
import type { RelayOptions } from '@turnpike/relay';
import type { Settings } from '../settings/load-settings.ts';

/** The relay's part of the settings. */
export function relaySettings(
  settings: Settings,
  nodeId: string,
  temporaryDirectory: string,
): RelayOptions['settings'] {
  const { httpProxy, httpsProxy, noProxy } = settings;
  return {
    nodeId,
    temporaryDirectory,
    maxJsonBodyBytes: settings.maxJsonBodyBytes,
    maxUploadBytes: settings.maxUploadBytes,
    firstByteTimeoutMs: settings.firstByteTimeoutMs,
    streamIdleTimeoutMs: settings.streamIdleTimeoutMs,
    responseTimeoutMs: settings.responseTimeoutMs,
    relayTimeoutMs: settings.relayTimeoutMs,
    holdBackTimeoutMs: settings.holdBackTimeoutMs,
    keepAliveMs: settings.streamKeepaliveIntervalMs,
    connectTimeoutMs: settings.upstreamConnectTimeoutMs,
    testPrompt: settings.testPrompt,
    forwardRequestId: settings.testForwardRequestId,
    trustedProxies: settings.trustedProxies,
    configPollMs: settings.syncFrequencyMs,
    // Of Gemini (24) and Vertex AI (42).
    channelDefaults: {
      24: { api_version: settings.geminiVersion, safety_setting: settings.geminiSafetySetting },
      42: { safety_setting: settings.geminiSafetySetting },
    },
    ...(settings.relayProxy !== undefined && { proxyUrl: settings.relayProxy }),
    environmentProxies: {
      ...(httpProxy !== undefined && { httpProxy }),
      ...(httpsProxy !== undefined && { httpsProxy }),
      ...(noProxy.length > 0 && { noProxy: noProxy.join(',') }),
    },
  };
}

/** The control plane's part of the settings. */
export function masterSettings(
  settings: Settings,
  facts: { version: string; startedAt: number; sessionSecret: string },
): MasterSettings {
  return {
    sessionSecret: facts.sessionSecret,
    secureCookies: 'auto',
    trustedProxies: settings.trustedProxies,
    globalApiRateLimit: settings.globalApiRateLimit,
    version: facts.version,
    startTime: Math.floor(facts.startedAt / 1000),
    pollingIntervalMs: settings.pollingPauseMs,
    probeTimeoutMs: settings.responseTimeoutMs,
    channelTestIntervalMs: settings.channelTestIntervalMs,
    channelUpdateIntervalMs: settings.channelUpdateIntervalMs,
    quotaReminderIntervalMs: settings.quotaReminderIntervalMs,
    // In a cluster a master may die between a commit and its publication, and Redis may lose what was published.
    configSyncIntervalMs:
      settings.role === 'standalone'
        ? settings.syncFrequencyMs
        : Math.min(settings.syncFrequencyMs, settings.nodeHeartbeatMs),
  };
}
