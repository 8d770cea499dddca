export interface AuditEntry {
  at: number;
  userId: number;
  username: string;
  /** Verb and resource: `channel.update`. */
  action: string;
  targetId: string;
  /** What changed, without secrets. */
  details: Readonly<Record<string, unknown>>;
  clientAddress: string;
}

export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
}
