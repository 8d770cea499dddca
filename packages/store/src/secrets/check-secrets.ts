import type { SecretBox } from '@turnpike/core';
import type { Knex } from 'knex';

/**
 * Looks whether this process has the key that the secrets of the database are sealed under, by the oldest and the newest
 * of them. Single ones that do not open are no reason to stop: others may be in use.
 *
 * @throws where there are some, and none opens
 */
export async function checkSecrets(knex: Knex, secretBox: SecretBox): Promise<void> {
  const sealed = (
    await Promise.all([sampleOf(knex, 'tokens', 'key_cipher'), sampleOf(knex, 'channels', 'key')])
  )
    .flat()
    .filter((text) => secretBox.isSealed(text));
  if (sealed.length === 0) return;
  const failures = sealed.flatMap((text) => failureOf(secretBox, text) ?? []);
  if (failures.length === sealed.length) throw failures[0] ?? new Error('nothing opens');
}

async function sampleOf(knex: Knex, table: string, column: string): Promise<string[]> {
  const rows = await Promise.all(
    (['asc', 'desc'] as const).map(
      (order) =>
        knex(table).whereNotNull(column).orderBy('id', order).first(column) as Promise<
          Record<string, unknown> | undefined
        >,
    ),
  );
  return rows.flatMap((row) => {
    const text = row?.[column];
    return typeof text === 'string' ? [text] : [];
  });
}

function failureOf(secretBox: SecretBox, sealed: string): Error | undefined {
  try {
    secretBox.open(sealed);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
