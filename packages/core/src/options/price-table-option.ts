import { parsePriceOption } from '../pricing/edit-price-option.ts';
import type { PriceOptionKey } from '../pricing/price-options.ts';
import type { OptionDefinition } from './option-definition.ts';

/**
 * A table of prices. Its stored text holds only what differs from the shipped prices; code reads it through
 * `createPriceList`, clients through `readPriceOption`.
 */
export function priceTable(
  key: PriceOptionKey,
  [en, zh]: readonly [en: string, zh: string],
): OptionDefinition<string> {
  return {
    type: 'price-table',
    section: 'pricing',
    default: '',
    en,
    zh,
    read: (stored) => stored,
    check(text) {
      const parsed = parsePriceOption(key, text);
      return 'problem' in parsed ? parsed : { value: parsed.stored };
    },
  };
}
