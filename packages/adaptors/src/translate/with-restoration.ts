import type { UpstreamCodec } from '../translation.ts';
import { restoreResponse, StreamRestorer, type ToolRestoration } from './restore-tools.ts';

/** The codec of one answer whose tools get back the names and kinds that the client gave them. */
export function withRestoration(
  codec: UpstreamCodec,
  restoration: ToolRestoration | undefined,
): UpstreamCodec {
  if (restoration === undefined) return codec;
  return {
    ...codec,
    decodeResponse: (body, dialect) =>
      restoreResponse(codec.decodeResponse(body, dialect), restoration),
    createStreamDecoder(dialect) {
      const decoder = codec.createStreamDecoder(dialect);
      const restorer = new StreamRestorer(restoration);
      return {
        push: (frame) => decoder.push(frame).flatMap((event) => [...restorer.push(event)]),
        end: () => decoder.end().flatMap((event) => [...restorer.push(event)]),
      };
    },
  };
}
