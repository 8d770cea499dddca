import { listVendorModels, roles, userStatuses } from '@turnpike/core';
import { findProvider } from '@turnpike/adaptors';
import { createPasswordHasher } from '@turnpike/master';
import type { Store } from '@turnpike/store';
import type { Settings } from '../settings/load-settings.ts';
import { listProviderKeys } from '../settings/provider-keys.ts';

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
    models: listModels(channelType).join(','),
  }));
  if (channels.length > 0) await store.channels.createMany(channels);
}

/** One API's list for the provider, which ends in 2024, after what the vendor sells today. */
function listModels(channelType: number): readonly string[] {
  const known = findProvider(channelType)?.defaultModels ?? [];
  return [...new Set([...listVendorModels(channelType), ...known])];
}

/** Whether root can still log in with the password that everybody knows. */
export async function hasDefaultPassword(store: Store): Promise<boolean> {
  const root = await store.users.findForLogin('root');
  if (root?.user.role !== roles.root || root.user.status !== userStatuses.enabled) return false;
  return createPasswordHasher().verify(DEFAULT_PASSWORD, root.passwordHash);
}
