/** `redemptions.status` as stored. */
export const redemptionStatuses = { unused: 1, disabled: 2, used: 3 } as const;

/** A code that adds quota to the account of whoever redeems it first. */
export interface Redemption {
  id: number;
  /** Who made it. */
  userId: number;
  /** 32 hex characters. */
  key: string;
  status: number;
  name: string;
  quota: number;
  /** Unix seconds. */
  createdTime: number;
  /** Unix seconds; 0: not yet. */
  redeemedTime: number;
  /** Who redeemed it; 0: nobody, or One API did not write it down. */
  usedUserId: number;
  /** Unix seconds from which on it is refused; 0: never. */
  expiredTime: number;
}
