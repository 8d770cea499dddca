import { roles, userStatuses } from '@turnpike/core';
import { createPasswordHasher } from '@turnpike/master';
import type { Store } from '@turnpike/store';
import type { Settings } from '../settings/load-settings.ts';
import { listProviderKeys } from '../settings/provider-keys.ts';
import { findProvider } from '@turnpike/adaptors';

const DEFAULT_PASSWORD = '123456';

/** Creates root and, for provider keys in the environment, channels: on the very first start only. */
export async function prepareFirstStart(store: Store, settings: Settings): Promise<void> {
  if ((await store.users.count()) > 0) return; // hashing a password takes longer than the rest of a start
  const isFirst = await store.seedRoot({
    passwordHash: await createPasswordHasher().hash(DEFAULT_PASSWORD),
    initialRootToken: settings.initialRootToken,
    initialRootAccessToken: settings.initialRootAccessToken,
    now: Date.now(),
  });
  if (!isFirst) return;
  const channels = listProviderKeys(settings).map(({ channelName, channelType, key }) => ({
    name: channelName,
    type: channelType,
    key,
    models: (findProvider(channelType)?.defaultModels ?? []).join(','),
  }));
  if (channels.length > 0) await store.channels.createMany(channels);
}

/** Whether root can still log in with the password that everybody knows. */
export async function hasDefaultPassword(store: Store): Promise<boolean> {
  const root = await store.users.findForLogin('root');
  if (root?.user.role !== roles.root || root.user.status !== userStatuses.enabled) return false;
  return createPasswordHasher().verify(DEFAULT_PASSWORD, root.passwordHash);
}
