import type { StreamDecoder } from '../translation.ts';
import { StreamRestorer, type ToolRestoration } from './restore-tools.ts';

/** A decoder whose events are as if the client's own tools had been offered; the same one where nothing was changed. */
export function createRestoringDecoder(
  decoder: StreamDecoder,
  restoration: ToolRestoration | undefined,
): StreamDecoder {
  if (restoration === undefined) return decoder;
  const restorer = new StreamRestorer(restoration);
  return {
    push: (frame) => decoder.push(frame).flatMap((event) => restorer.push(event)),
    end: () => decoder.end().flatMap((event) => restorer.push(event)),
  };
}
