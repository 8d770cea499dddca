import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Sends a body cut awkwardly, and ends the response. */
export async function sendInPieces(response: ServerResponse, bytes: Buffer): Promise<void> {
  for (const piece of cutAwkwardly(bytes)) {
    response.write(piece);
    await nextTurn();
  }
  response.end();
}

/** Pieces of so many different lengths that cuts fall at line ends, inside characters and inside escapes. */
function cutAwkwardly(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let length = 1;
  for (let at = 0; at < bytes.length; at += length) {
    length = 1 + ((length * 31 + 17) % Math.max(97, Math.ceil(bytes.length / 40)));
    pieces.push(bytes.subarray(at, at + length));
  }
  return pieces;
}
