import { listSettings, type Settings } from './load-settings.ts';

/** One line for each effective setting, `VARIABLE=value`, for people; secrets only say whether they are set. */
export function describeSettings(settings: Settings): string[] {
  const values: Readonly<Record<string, unknown>> = settings;
  const lines = listSettings()
    .filter(([, definition]) => !definition.hasNoEffect)
    .map(([name, { variable, isSecret }]) => {
      const value = name in values ? values[name] : derivedValue(name, settings);
      return `${variable}=${isSecret ? describeSecret(value) : describeValue(name, value)}`;
    });
  return [...lines, `--log-dir ${settings.logDir ?? '(no file)'}`];
}

function derivedValue(name: string, settings: Settings): unknown {
  return name === 'nodeType' ? settings.role : settings.logLevel === 'debug';
}

function describeSecret(value: unknown): string {
  const isUnset = value === undefined || (Array.isArray(value) && value.length === 0);
  return isUnset ? '' : '(set, not shown)';
}

function describeValue(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'number') return `${value}${unitOf(name)}`;
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}

function unitOf(name: string): string {
  if (name.endsWith('Ms')) return 'ms';
  return name.endsWith('Bytes') ? 'b' : '';
}
