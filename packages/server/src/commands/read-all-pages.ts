const PAGE = 500;

/** Everything of a paged list. For lists that an administrator works through: they are short, or something is wrong. */
export async function readAllPages<Item>(
  list: (page: { offset: number; limit: number }) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const page = await list({ offset: items.length, limit: PAGE });
    items.push(...page);
    if (page.length < PAGE) return items;
  }
}
