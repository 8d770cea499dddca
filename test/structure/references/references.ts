import { renderApi } from './render-api.ts';
import { renderChannelTypes } from './render-channel-types.ts';
import { renderErrors } from './render-errors.ts';
import { renderMetrics } from './render-metrics.ts';
import { renderOptions } from './render-options.ts';
import { renderEnvironmentExample, renderSettings } from './render-settings.ts';
import { renderValuesSchema, valuesSchemaPath } from './render-values-schema.ts';

/** Path of each generated file → the function that renders it. */
export const references: Readonly<Record<string, () => string>> = {
  '.env.example': renderEnvironmentExample,
  'docs/reference/settings.md': renderSettings,
  'docs/reference/channel-types.md': renderChannelTypes,
  'docs/reference/errors.md': renderErrors,
  'docs/reference/options.md': renderOptions,
  'docs/reference/api.md': renderApi,
  'docs/reference/metrics.md': renderMetrics,
  [valuesSchemaPath]: renderValuesSchema,
};
