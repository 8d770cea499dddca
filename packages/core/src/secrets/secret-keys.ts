/** The secret that something is sealed under, and those it was sealed under before: these open, and nothing else. */
export interface SecretKeys {
  current: string;
  older: readonly string[];
}
