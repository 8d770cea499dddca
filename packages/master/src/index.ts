export { createMaster } from './create-master.ts';
export type { Master } from './create-master.ts';
export type { MasterDeps, MasterSettings, ModelCatalogue } from './master-deps.ts';
export { createPasswordHasher } from './services/password-hasher.ts';
export type { PasswordHasher } from './services/password-hasher.ts';
export { followAccounts } from './accounts/follow-accounts.ts';
export type { AccountFollower, FollowAccountsDeps } from './accounts/follow-accounts.ts';
