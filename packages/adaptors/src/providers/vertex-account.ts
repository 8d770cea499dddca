import { asObject, asText, parseJson, type JsonObject } from '../wire/json-object.ts';
import { readConfigText } from './read-config-text.ts';

/** The account of a Vertex AI channel, wherever it was written. */
export interface VertexAccount {
  /** A key file; undefined for channels with an API key (express mode). */
  keyFile: JsonObject | undefined;
  /** Empty in express mode. */
  project: string;
  /** One region, or regions by model with `default`. */
  region: string;
}

/**
 * Reads config `region`, `vertex_ai_project_id` and `vertex_ai_adc`; else the key, which may be the key file, or One API's
 * `region|project|key file`.
 */
export function readVertexAccount(
  key: string,
  config: Readonly<Record<string, unknown>>,
): VertexAccount {
  const [keyRegion = '', keyProject = '', ...rest] = key.split('|');
  const isComposed = rest.length > 0 && rest.join('|').trimStart().startsWith('{');
  const keyText = isComposed ? rest.join('|') : key;
  const keyFile =
    asObject(config['vertex_ai_adc']) ??
    readKeyFile(readConfigText(config, 'vertex_ai_adc')) ??
    readKeyFile(keyText);
  return {
    keyFile,
    project:
      readConfigText(config, 'vertex_ai_project_id') ||
      (isComposed ? keyProject.trim() : '') ||
      (asText(keyFile?.['project_id']) ?? asText(keyFile?.['quota_project_id']) ?? ''),
    region:
      readConfigText(config, 'region') ||
      readConfigText(config, 'api_version') ||
      (isComposed ? keyRegion.trim() : ''),
  };
}

/** Every region where none is named; Google's newest models are served there only. */
const defaultRegion = 'global';

/** The region that serves a model: the channel's, or the model's own where they are given by model. */
export function regionOf(region: string, model: string): string {
  if (!region.startsWith('{')) return region || defaultRegion;
  const byModel = asObject(parseJson(region)) ?? {};
  const own = Object.hasOwn(byModel, model) ? asText(byModel[model]) : undefined;
  return own ?? asText(byModel['default']) ?? defaultRegion;
}

function readKeyFile(text: string): JsonObject | undefined {
  return text.trimStart().startsWith('{') ? asObject(parseJson(text)) : undefined;
}
