/** What is done about something that cannot be carried: counted; refused where it is fatal; refused where it matters at all. */
export const lossPolicies = ['lenient', 'strict', 'paranoid'] as const;

export type LossPolicy = (typeof lossPolicies)[number];

/** Undefined for what is no policy. */
export function readLossPolicy(value: unknown): LossPolicy | undefined {
  return lossPolicies.find((policy) => policy === value);
}
