import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSettings } from '../../../packages/server/src/settings/load-settings.ts';
import { root } from '../source-files.ts';

interface ValuesSchema {
  definitions: { settings: { propertyNames: { enum: string[] } } };
}

export const valuesSchemaPath = 'helm/turnpike/values.schema.json';

/** The schema of the chart's values as it is, with the names of all settings: a typing error would change nothing. */
export function renderValuesSchema(): string {
  const schema = JSON.parse(readFileSync(join(root, valuesSchemaPath), 'utf8')) as ValuesSchema;
  const variables = new Set(listSettings().map(([, { variable }]) => variable));
  schema.definitions.settings.propertyNames.enum = [...variables].sort();
  return JSON.stringify(schema);
}
