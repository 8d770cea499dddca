/** What is left of a total, as the kinds that are part of it are taken out. */
export class Remainder {
  left: number;

  constructor(total: number) {
    this.left = total;
  }

  take(wanted: number): number {
    const taken = Math.max(0, Math.min(wanted, this.left));
    this.left -= taken;
    return taken;
  }
}

/** Tokens are whole and never negative, whatever an upstream says. */
export function count(value: unknown): number {
  const figure = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof figure === 'number' && Number.isFinite(figure) && figure > 0
    ? Math.min(Math.ceil(figure), Number.MAX_SAFE_INTEGER)
    : 0;
}
