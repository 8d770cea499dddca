/** One event of a stream. Both names are needed: official SDKs go by the line, other clients by the member. */
export function writeEvent(type: string, members: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`);
}
