/** Something that could not be carried from one family to another. */
export interface Loss {
  /** Where, such as `tools[2].cache_control` or `stream.part[3]`. Never contains what the user wrote. */
  at: string;
  what: 'dropped' | 'approximated' | 'defaulted' | 'reordered' | 'repaired';
  /** fatal: the answer would not be what was asked. warn: quality or cost changes. info: cosmetic. */
  severity: 'info' | 'warn' | 'fatal';
  note: string;
  /** Of a file that would not be lost if its content were in the request: where it is. Only its client is shown it. */
  address?: string;
  /** The upstream refuses the whole request for it, so that asking would be in vain whatever may be lost. */
  isRefused?: boolean;
}
