import type { Response } from 'express';

/** Answers in the form that every client of this API expects. Without `data` the field is absent. */
export function sendData(response: Response, data?: unknown, extra: object = {}): void {
  response.json({ success: true, message: '', ...(data !== undefined && { data }), ...extra });
}
