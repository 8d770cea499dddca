/** Something that could not be carried from one family to another. */
export interface Loss {
  /** Where, such as `tools[2].cache_control` or `stream.part[3]`. Never contains what the user wrote. */
  at: string;
  what: 'dropped' | 'approximated' | 'defaulted' | 'reordered' | 'repaired';
  /** fatal: the answer would not be what was asked. warn: quality or cost changes. info: cosmetic. */
  severity: 'info' | 'warn' | 'fatal';
  note: string;
  /** Of a file that would not be lost if its content were in the request: where it is. Never shown to anybody. */
  address?: string;
}
