import type { OptionValues } from '@turnpike/core';

/** An amount for the text of a log row: money where that is what users are shown, else units. */
export function formatQuota(
  quota: number,
  options: Pick<OptionValues, 'DisplayInCurrencyEnabled' | 'QuotaPerUnit'>,
): string {
  return options.DisplayInCurrencyEnabled
    ? `＄${(quota / options.QuotaPerUnit).toFixed(6)}`
    : `${String(quota)} points`;
}
