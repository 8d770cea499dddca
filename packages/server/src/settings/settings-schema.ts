import { clusterSettings } from './cluster-settings.ts';
import { optionalSetting, setting } from './setting-definition.ts';
import { isTimeZone } from './read-environment.ts';
import { proxyRanges } from './trusted-proxies.ts';
import {
  anyText,
  choice,
  databaseAddress,
  durationMs,
  flag,
  format,
  listOf,
  sizeBytes,
  textLike,
  webUrl,
  wholeNumber,
} from './value-formats.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** `sk-` is how clients send a key; the key itself has no dash, because `-<channel id>` may follow it. */
const rootToken = format(
  '1 to 48 visible characters without "-" (a leading "sk-" is dropped)',
  (text) => {
    const key = text.startsWith('sk-') ? text.slice(3) : text;
    return /^[!-,.-~]{1,48}$/.test(key) ? key : undefined;
  },
);

const timeZone = format('a time zone such as UTC or Europe/Berlin', (text) =>
  isTimeZone(text) ? text : undefined,
);

const sessionSecret = format('random text of your own, not "random_string"', (text) =>
  text === 'random_string' ? undefined : text,
);

/** What a key's variable must hold: anything that can be sent in a header. */
const providerKey = textLike(/^[!-~]+$/, 'an API key: visible characters without blanks');

const providerKeyText = (name: string) =>
  `At the first start, a channel for ${name} with this key is created.`;

/**
 * Every variable that the gateway reads at start, once: the reference, `.env.example` and `check-settings` follow from it.
 * A plain number is in the unit that One API gives it.
 */
export const settingsSchema = {
  Listening: {
    port: setting('PORT', wholeNumber(0, 65_535), '3000', {
      text: 'Port to listen on; wins over --port. 0 picks a free one.',
    }),
    host: optionalSetting('HOST', anyText, {
      text: 'Address to listen on; unset means all addresses, IPv4 and IPv6.',
    }),
    trustedProxies: setting('TRUSTED_PROXIES', proxyRanges, '', {
      text: 'Proxies whose X-Forwarded-For is believed; empty means none, and the address of the connection counts.',
    }),
    maxJsonBodyBytes: setting('MAX_JSON_BODY_MB', sizeBytes(KIB, GIB), '32', {
      role: 'relay',
      text: 'Largest JSON request body; larger ones are answered 413.',
    }),
    maxUploadBytes: setting('MAX_UPLOAD_MB', sizeBytes(KIB, 4 * GIB), '25', {
      role: 'relay',
      text: 'Largest file in a multipart request; larger ones are answered 413.',
    }),
    shutdownGraceMs: setting('SHUTDOWN_GRACE', durationMs('s'), '120s', {
      text: 'How long requests in flight may take to end after SIGTERM or SIGINT before they are cut.',
    }),
  },

  'Role and cluster': clusterSettings,

  'Data and secrets': {
    dataDir: setting('DATA_DIR', anyText, './data', {
      text: 'Directory of the SQLite file, the generated keys and temporary files; created where missing.',
    }),
    encryptionKey: optionalSetting(
      'ENCRYPTION_KEY',
      textLike(/^.{16,}$/s, '16 characters or more'),
      {
        isSecret: true,
        text: 'Key under which secrets in the database are encrypted; unset means one is generated into DATA_DIR. In a cluster it has to be set, to the same on all nodes.',
      },
    ),
    olderEncryptionKeys: setting(
      'OLDER_ENCRYPTION_KEYS',
      listOf('keys of 16 characters or more, separated by commas', (key) => key.length >= 16),
      '',
      {
        isSecret: true,
        text: 'Values that ENCRYPTION_KEY had before: what was sealed under them still opens. The command encrypt-keys seals the database under ENCRYPTION_KEY; a day later they can go.',
      },
    ),
    sessionSecret: optionalSetting('SESSION_SECRET', sessionSecret, {
      isSecret: true,
      role: 'master',
      text: 'Signs session cookies; unset means one is generated into DATA_DIR. In a cluster the same on all nodes; unset, it follows from ENCRYPTION_KEY.',
    }),
    initialRootToken: optionalSetting('INITIAL_ROOT_TOKEN', rootToken, {
      isSecret: true,
      role: 'master',
      text: 'First start only: an unlimited API token of root with this key is created.',
    }),
    initialRootAccessToken: optionalSetting(
      'INITIAL_ROOT_ACCESS_TOKEN',
      textLike(/^[!-~]{1,32}$/, '1 to 32 visible characters'),
      {
        isSecret: true,
        role: 'master',
        text: 'First start only: the management access token of root.',
      },
    ),
  },

  Database: {
    sqlDsn: optionalSetting('SQL_DSN', databaseAddress, {
      isSecret: true,
      role: 'master',
      text: 'Database: postgres://…, mysql://… or user:password@tcp(host:3306)/name; unset means a SQLite file.',
    }),
    logSqlDsn: optionalSetting('LOG_SQL_DSN', databaseAddress, {
      isSecret: true,
      role: 'master',
      text: 'Another database for the request log, in the same forms; unset means the main one.',
    }),
    sqlitePath: optionalSetting('SQLITE_PATH', anyText, {
      role: 'master',
      text: 'SQLite file; unset means turnpike.db in DATA_DIR, or one-api.db where that is there.',
    }),
    sqliteBusyTimeoutMs: setting('SQLITE_BUSY_TIMEOUT', durationMs('ms'), '3000ms', {
      role: 'master',
      text: 'How long SQLite waits for a lock.',
    }),
    sqliteSynchronous: setting('SQLITE_SYNCHRONOUS', choice('full', 'normal', 'off'), 'full', {
      role: 'master',
      text: 'What SQLite waits for: full survives a power cut; normal may lose the last charges at one, off the file.',
    }),
    sqlMaxIdleConnections: setting('SQL_MAX_IDLE_CONNS', wholeNumber(0, 10_000), '10', {
      role: 'master',
      text: 'Connections kept open while idle (PostgreSQL, MySQL).',
    }),
    sqlMaxOpenConnections: setting('SQL_MAX_OPEN_CONNS', wholeNumber(1, 10_000), '50', {
      role: 'master',
      text: 'Most connections at a time (PostgreSQL, MySQL).',
    }),
    sqlConnectionLifetimeMs: setting('SQL_MAX_LIFETIME', durationMs('s', 1000), '60s', {
      role: 'master',
      text: 'Longest life of a connection (PostgreSQL, MySQL).',
    }),
    databaseLockTimeoutMs: setting('DATABASE_LOCK_TIMEOUT', durationMs('s', 100), '10s', {
      role: 'master',
      text: 'Longest wait for a lock in the database (PostgreSQL, MySQL).',
    }),
    databaseIdleTimeoutMs: setting('DATABASE_IDLE_TIMEOUT', durationMs('s', 100), '15s', {
      role: 'master',
      text: 'A transaction whose node stands still is undone by the database after this (PostgreSQL, MySQL).',
    }),
  },

  'Upstream calls': {
    relayTimeoutMs: setting('RELAY_TIMEOUT', durationMs('s'), '0', {
      role: 'relay',
      text: 'Longest time of an upstream call with its body; 0 means no limit besides those below.',
    }),
    upstreamConnectTimeoutMs: setting('UPSTREAM_CONNECT_TIMEOUT', durationMs('s', 1), '10s', {
      role: 'relay',
      text: 'Longest time to connect to an upstream.',
    }),
    firstByteTimeoutMs: setting('FIRST_BYTE_TIMEOUT', durationMs('s', 1), '120s', {
      role: 'relay',
      text: 'Longest wait for the first byte of a streamed answer.',
    }),
    streamIdleTimeoutMs: setting('STREAM_IDLE_TIMEOUT', durationMs('s', 1), '300s', {
      role: 'relay',
      text: 'Longest silence inside a streamed answer.',
    }),
    responseTimeoutMs: setting('RESPONSE_TIMEOUT', durationMs('s', 1), '600s', {
      role: 'relay',
      text: 'Longest wait for an answer that is not streamed.',
    }),
    holdBackTimeoutMs: setting('HOLD_BACK_TIMEOUT', durationMs('s'), '15s', {
      role: 'relay',
      text: 'Longest time the start of a stream is held back, so that another channel can still be tried; then its head goes out, and an error is its last event.',
    }),
    streamKeepaliveIntervalMs: setting('STREAM_KEEPALIVE_INTERVAL', durationMs('s'), '15s', {
      role: 'relay',
      text: 'After this much silence a stream carries a comment, so that proxies keep it open; 0 means never.',
    }),
    relayProxy: optionalSetting('RELAY_PROXY', webUrl('http', 'https'), {
      isSecret: true,
      role: 'relay',
      text: 'Proxy of upstream calls.',
    }),
    httpsProxy: optionalSetting('HTTPS_PROXY', webUrl('http', 'https'), {
      aliases: ['https_proxy'],
      isSecret: true,
      text: 'Proxy of calls to https addresses, where RELAY_PROXY is unset.',
    }),
    httpProxy: optionalSetting('HTTP_PROXY', webUrl('http', 'https'), {
      aliases: ['http_proxy'],
      isSecret: true,
      text: 'Proxy of calls to http addresses, where RELAY_PROXY is unset.',
    }),
    noProxy: setting(
      'NO_PROXY',
      listOf('hosts separated by commas', () => true),
      '',
      {
        aliases: ['no_proxy'],
        text: 'Hosts that HTTPS_PROXY and HTTP_PROXY do not apply to.',
      },
    ),
    testForwardRequestId: setting('TEST_FORWARD_REQUEST_ID', flag, 'false', {
      role: 'relay',
      text: 'Tests only: send our request id to the upstream, as x-turnpike-request-id.',
    }),
  },

  Channels: {
    channelTestIntervalMs: optionalSetting('CHANNEL_TEST_FREQUENCY', durationMs('min', 1000), {
      role: 'master',
      text: 'How often all channels are tested; unset means never.',
    }),
    channelUpdateIntervalMs: optionalSetting('CHANNEL_UPDATE_FREQUENCY', durationMs('min', 1000), {
      role: 'master',
      text: 'How often the balances of enabled channels are queried, and channels without any left disabled; unset means never.',
    }),
    pollingPauseMs: setting('POLLING_INTERVAL', durationMs('s'), '0', {
      role: 'master',
      text: 'Pause between two channels of such a run.',
    }),
    quotaReminderIntervalMs: setting('QUOTA_REMINDER_INTERVAL', durationMs('s', 100), '60s', {
      role: 'master',
      text: 'How often it is looked for users whose balance fell below QuotaRemindThreshold.',
    }),
    testPrompt: setting(
      'TEST_PROMPT',
      anyText,
      'Output only your specific model name with no additional text.',
      { text: 'What a channel is asked in a test.' },
    ),
    geminiVersion: setting(
      'GEMINI_VERSION',
      textLike(/^v1[a-z0-9]*$/, 'a version such as v1beta'),
      'v1beta',
      {
        role: 'relay',
        text: 'Version of the Gemini API for channels that name none (config api_version). Current features need v1beta.',
      },
    ),
    geminiSafetySetting: setting(
      'GEMINI_SAFETY_SETTING',
      choice(
        'off',
        'block_none',
        'block_only_high',
        'block_medium_and_above',
        'block_low_and_above',
        'unset',
      ),
      'block_none',
      {
        role: 'relay',
        text: 'Safety threshold of Gemini for requests of other protocols, where a channel names none (config safety_setting); unset sends none.',
      },
    ),
    openaiApiKey: optionalSetting('OPENAI_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('OpenAI'),
    }),
    anthropicApiKey: optionalSetting('ANTHROPIC_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('Anthropic'),
    }),
    deepseekApiKey: optionalSetting('DEEPSEEK_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('DeepSeek'),
    }),
    groqApiKey: optionalSetting('GROQ_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('Groq'),
    }),
    mistralApiKey: optionalSetting('MISTRAL_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('Mistral AI'),
    }),
    moonshotApiKey: optionalSetting('MOONSHOT_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('Moonshot AI'),
    }),
    openrouterApiKey: optionalSetting('OPENROUTER_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('OpenRouter'),
    }),
    togetherApiKey: optionalSetting('TOGETHER_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('Together AI'),
    }),
    xaiApiKey: optionalSetting('XAI_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('xAI'),
    }),
    siliconflowApiKey: optionalSetting('SILICONFLOW_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText('SiliconFlow'),
    }),
    geminiApiKey: optionalSetting('GEMINI_API_KEY', providerKey, {
      isSecret: true,
      role: 'master',
      text: providerKeyText("Google's Gemini"),
    }),
  },

  'Management API and console': {
    globalApiRateLimit: setting('GLOBAL_API_RATE_LIMIT', wholeNumber(0, 1_000_000), '480', {
      text: 'Requests to /api for each client address in 180 seconds; 0 means no limit.',
    }),
    globalWebRateLimit: setting('GLOBAL_WEB_RATE_LIMIT', wholeNumber(0, 1_000_000), '240', {
      text: 'Requests for pages and unknown paths for each client address in 180 seconds; 0 means no limit.',
    }),
    theme: setting('THEME', choice('default', 'berry', 'air'), 'default', {
      hasNoEffect: true,
      text: 'Theme of the console. There is no console yet.',
    }),
  },

  Logs: {
    logLevel: setting('LOG_LEVEL', choice('debug', 'info', 'warn', 'error', 'fatal'), 'info', {
      text: 'Least severe line that is logged.',
    }),
    isDebug: setting('DEBUG', flag, 'false', {
      text: 'Same as LOG_LEVEL=debug. Bodies are never logged, and rate limits stay.',
    }),
    isDebugSql: setting('DEBUG_SQL', flag, 'false', {
      text: 'Log every SQL statement, without its values.',
    }),
    hasOnlyOneLogFile: setting('ONLY_ONE_LOG_FILE', flag, 'false', {
      text: 'Write turnpike.log instead of one file a day.',
    }),
    timeZone: optionalSetting('TZ', timeZone, {
      text: 'Time zone of file names and of days in statistics; unset means that of the machine.',
    }),
  },

  'Accepted without effect': {
    memoryCacheEnabled: setting('MEMORY_CACHE_ENABLED', flag, 'false', {
      hasNoEffect: true,
      text: 'Options and channels are always in memory here, and changes show at once.',
    }),
    enforceIncludeUsage: setting('ENFORCE_INCLUDE_USAGE', flag, 'false', {
      hasNoEffect: true,
      text: 'Usage is always asked for, because the bill is made from it; clients that did not ask do not see it.',
    }),
    batchUpdateEnabled: setting('BATCH_UPDATE_ENABLED', flag, 'false', {
      hasNoEffect: true,
      text: 'Charges are always written in groups here, before the last byte of an answer.',
    }),
    batchUpdateIntervalMs: setting('BATCH_UPDATE_INTERVAL', durationMs('s'), '5s', {
      hasNoEffect: true,
      text: 'Charges never wait for an interval here.',
    }),
    enableMetric: setting('ENABLE_METRIC', flag, 'false', {
      hasNoEffect: true,
      text: 'How channels do is always measured here: a broken one rests for a while, whatever its share of failures.',
    }),
    userContentProxy: optionalSetting('USER_CONTENT_REQUEST_PROXY', anyText, {
      hasNoEffect: true,
      isSecret: true,
      text: 'Files that clients name by address are fetched directly here, from public servers only.',
    }),
    tokenEncoderDir: optionalSetting('TIKTOKEN_CACHE_DIR', anyText, {
      hasNoEffect: true,
      text: 'What counts tokens comes with the gateway: nothing is loaded from elsewhere.',
    }),
  },
} as const;
