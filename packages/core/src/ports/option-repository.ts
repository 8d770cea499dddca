export interface OptionRepository {
  all(): Promise<Readonly<Record<string, string>>>;
  /** Several at once, in one transaction that bumps the configuration version. `undefined` deletes the row. */
  set(values: Readonly<Record<string, string | undefined>>): Promise<void>;
}
