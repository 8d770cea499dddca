import type { Chore } from '@turnpike/core';
import type { ClusterParts } from './cluster-management.ts';
import type { Management } from './gateway.ts';
import { listStoreJobs } from './store-jobs.ts';
