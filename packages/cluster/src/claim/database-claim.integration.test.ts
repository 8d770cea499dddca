import { describeDatabaseClaim } from './database-claim.contract.ts';

describeDatabaseClaim('Redis');
