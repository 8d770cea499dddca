/** A user whose balance fell below a threshold, or to nothing, and who was not told yet. */
export interface UserBelowThreshold {
  userId: number;
  username: string;
  quota: number;
  state: 'low' | 'used-up';
}

/** Who was told of a low balance, so that everybody is told once for each time it falls. */
export interface QuotaReminders {
  /**
   * Finds enabled users who once had `threshold` and have less now, or nothing, and marks them as told; forgets those
   * who have it again. Of several calls at once one gets a user. Users who are below at the very first call are marked
   * only: that is how it was before anybody looked.
   *
   * @param threshold quota units ≥ 0
   */
  take(threshold: number, limit: number): Promise<readonly UserBelowThreshold[]>;
}
