import type { User } from '@turnpike/core';

/** Who calls the management API, as the database knows them at this moment. */
export interface Caller {
  user: User;
  via: 'session' | 'access-token';
  /** Network address of the client. */
  address: string;
}
