import { describeLogPlans } from './query-plans.contract.ts';

describeLogPlans('SQLite', 'sqlite');
