import { idParamsSchema, searchQuerySchema } from '../input-values.ts';
import { quotaEntryListQuerySchema, quotaEntrySchema } from '../quota-entry.ts';
import { defineRoutes } from '../route.ts';
import {
  topUpSchema,
  userCreateSchema,
  userListQuerySchema,
  userManageSchema,
  userSchema,
  userUpdateSchema,
} from '../user.ts';

/** Accounts, for administrators, over those below them. */
export const userRoutes = defineRoutes('user', {
  list: {
    method: 'get',
    path: '/api/user/',
    role: 'admin',
    summary: 'List accounts; deleted ones are hidden.',
    query: userListQuerySchema,
    rows: userSchema,
  },
  search: {
    method: 'get',
    path: '/api/user/search',
    role: 'admin',
    summary:
      'Search by id, or prefix of name, address or display name; deleted accounts too; oldest first, 1000 rows or in pages.',
    query: searchQuerySchema,
    rows: userSchema,
  },
  read: {
    method: 'get',
    path: '/api/user/:id',
    role: 'admin',
    summary: 'Read one account.',
    params: idParamsSchema,
    data: userSchema,
  },
  create: {
    method: 'post',
    path: '/api/user/',
    role: 'admin',
    summary: 'Make an ordinary account, with the gift for new users and a token named default.',
    body: userCreateSchema,
  },
  update: {
    method: 'put',
    path: '/api/user/',
    role: 'admin',
    takesIfMatch: true,
    summary: 'Edit the fields that are given.',
    body: userUpdateSchema,
  },
  manage: {
    method: 'post',
    path: '/api/user/manage',
    role: 'admin',
    summary: 'Disable, enable, delete, promote or demote an account.',
    body: userManageSchema,
    data: userSchema,
  },
  remove: {
    method: 'delete',
    path: '/api/user/:id',
    role: 'admin',
    summary: 'Delete an account; the row stays and the name is free again.',
    params: idParamsSchema,
  },
  quotaEntries: {
    method: 'get',
    path: '/api/user/:id/quota-entries',
    role: 'admin',
    summary: 'List every change of the balance of an account that is not usage, newest first.',
    params: idParamsSchema,
    query: quotaEntryListQuerySchema,
    rows: quotaEntrySchema,
  },
  topUp: {
    method: 'post',
    path: '/api/topup',
    role: 'admin',
    summary: 'Add quota to any account.',
    body: topUpSchema,
  },
});
