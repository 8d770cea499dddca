import { isIP } from 'node:net';
import { apiTokenStatuses } from '@turnpike/core';
import { readBoolean, readText, type Row } from '../../schema/read-column.ts';
import type { ImportRow, Mapped, MappingContext } from './import-types.ts';
import { keepOwnKey } from './keep-unique.ts';

/**
 * A token of New API as one of ours. A limit is never widened: where it cannot be told here what the token may, it is
 * disabled.
 */
export function mapNewApiToken(row: ImportRow, source: Row, context: MappingContext): Mapped {
  if (source['deleted_at'] != null) return { skip: 'it is deleted' };
  const kept = keepOwnKey(row, context);
  if (!('row' in kept)) return kept;
  const notes: string[] = [];
  const mapped: ImportRow = { ...kept.row, models: null, subnet: '' };

  const models = readText(source['model_limits']).trim();
  if (readBoolean(source['model_limits_enabled'])) {
    if (models !== '') mapped['models'] = models;
    else disable(mapped, notes, 'a token that may use no model was disabled');
  }
  const addresses = readAddresses(readText(source['allow_ips']));
  if (addresses.known.length > 0) mapped['subnet'] = addresses.known.join(',');
  else if (addresses.unknown > 0)
    disable(mapped, notes, 'a token without one valid address that may use it was disabled');
  if (addresses.unknown > 0) notes.push('a token with an address that is not valid, left out');
  if (readText(source['group']) !== '')
    notes.push('a token with a group of its own: it has the group of its owner now');
  return { row: mapped, notes };
}

function disable(row: ImportRow, notes: string[], reason: string): void {
  if (row['status'] === apiTokenStatuses.enabled) row['status'] = apiTokenStatuses.disabled;
  notes.push(reason);
}

/** One address or subnet on each line, as the list of subnets that we have. */
function readAddresses(text: string): { known: string[]; unknown: number } {
  const lines = text
    .split(/[\n,]/)
    .map((line) => line.replace(/\s/g, ''))
    .filter((line) => line !== '');
  const known = lines.flatMap((line) => {
    const [address = '', length] = line.split('/');
    const family = isIP(address);
    if (family === 0) return [];
    const full = family === 4 ? 32 : 128;
    if (length === undefined) return [`${address}/${String(full)}`];
    return /^\d{1,3}$/.test(length) && Number(length) <= full ? [line] : [];
  });
  return { known, unknown: lines.length - known.length };
}
