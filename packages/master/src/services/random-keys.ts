import { randomBytes, randomInt } from 'node:crypto';

const ALPHANUMERICS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function drawAlphanumerics(length: number): string {
  return Array.from({ length }, () => ALPHANUMERICS[randomInt(ALPHANUMERICS.length)]).join('');
}

/** A client's key, without `sk-`: 48 of `[0-9a-zA-Z]`. */
export const drawRelayKey = (): string => drawAlphanumerics(48);

/** A system management token: 32 hex characters. */
export const drawAccessToken = (): string => randomBytes(16).toString('hex');

/** A redemption code: 32 hex characters. */
export const drawRedemptionKey = (): string => randomBytes(16).toString('hex');

/** An invitation code: 4 of `[0-9a-zA-Z]`. */
export const drawAffCode = (): string => drawAlphanumerics(4);
