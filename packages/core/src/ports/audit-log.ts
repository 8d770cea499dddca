import type { Page, PageQuery } from './page.ts';

export interface AuditEntry {
  /** Unix milliseconds. */
  at: number;
  /** 0: the gateway itself. */
  userId: number;
  username: string;
  /** Resource and verb: `channel.update`. */
  action: string;
  targetId: string;
  /** What changed, without secrets. */
  details: Readonly<Record<string, unknown>>;
  clientAddress: string;
}

export interface AuditFilter {
  username?: string;
  /** Prefix. */
  action?: string;
  targetId?: string;
  /** Unix milliseconds, both ends included. */
  from?: number;
  until?: number;
}

export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
  /** @throws `invalid_parameter` for a cursor of another list */
  page(filter: AuditFilter, page: PageQuery<'id'>): Promise<Page<AuditEntry & { id: number }>>;
}
