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

/** What a browser sends along to another provider and back: 12 of `[0-9a-zA-Z]`. */
export const drawState = (): string => drawAlphanumerics(12);

/** The end of a name that was made up: 5 of `[0-9a-zA-Z]`. */
export const drawNameEnding = (): string => drawAlphanumerics(5);

/** A password that was made up: 12 hex characters. */
export const drawPassword = (): string => randomBytes(6).toString('hex');
