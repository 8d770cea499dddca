import { describeLogPlans } from './query-plans.contract.ts';

describeLogPlans('PostgreSQL', 'postgres');
describeLogPlans('MySQL', 'mysql');
