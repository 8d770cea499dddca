import { logTypes } from '@turnpike/core';
import { readNumber } from '../../schema/read-column.ts';
import type { ImportedTable, MapRow } from './import-types.ts';
import { keepOwnCode } from './keep-unique.ts';
import { mapNewApiChannel } from './new-api-channels.ts';
import { mapNewApiOption } from './new-api-options.ts';
import { mapNewApiToken } from './new-api-tokens.ts';
import { mapNewApiUser } from './new-api-users.ts';

/** `logs.type` there → here, where the numbers mean other things. */
const types: Readonly<Record<number, number>> = {
  5: logTypes.error,
  6: logTypes.system, // a refund
};

/** Rows of New API as ours. */
export const newApiMapping: Readonly<Record<ImportedTable, MapRow>> = {
  users: mapNewApiUser,
  tokens: mapNewApiToken,
  channels: (row, source) => mapNewApiChannel(row, source),
  redemptions: (row, source, context) =>
    source['deleted_at'] == null ? keepOwnCode(row, context) : { skip: 'it is deleted' },
  options: (row) => mapNewApiOption(row),
  logs: (row, source) => ({
    row: {
      ...row,
      type: types[readNumber(row['type'])] ?? row['type'] ?? logTypes.unknown,
      elapsed_time: readNumber(source['use_time']) * 1000, // whole seconds there
    },
  }),
};
