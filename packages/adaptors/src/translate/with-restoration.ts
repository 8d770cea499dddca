import type { CanonicalResponse, StreamEvent } from '@turnpike/core';
import type { EncodedUpstreamRequest, UpstreamCodec } from '../translation.ts';
import { restoreResponse, StreamRestorer } from './restore-tools.ts';
import { cutResponse, StopCutter } from './stop-cutter.ts';

/**
 * The codec of one answer to a request that was not sent as the client meant it: tools get back the names and kinds that
 * the client gave them, and words end where the client wanted them to.
 */
export function withRestoration(
  codec: UpstreamCodec,
  { restoration, cutsAt }: Pick<EncodedUpstreamRequest, 'restoration' | 'cutsAt'>,
): UpstreamCodec {
  if (restoration === undefined && cutsAt === undefined) return codec;
  return {
    ...codec,
    decodeResponse(body, dialect): CanonicalResponse {
      const decoded = codec.decodeResponse(body, dialect);
      const restored = restoration === undefined ? decoded : restoreResponse(decoded, restoration);
      return cutsAt === undefined ? restored : cutResponse(restored, cutsAt);
    },
    createStreamDecoder(dialect) {
      const decoder = codec.createStreamDecoder(dialect);
      const restorer = restoration && new StreamRestorer(restoration);
      const cutter = cutsAt && new StopCutter(cutsAt);
      const undo = (event: StreamEvent): readonly StreamEvent[] => {
        const restored = restorer?.push(event) ?? [event];
        return cutter === undefined ? restored : restored.flatMap((one) => [...cutter.push(one)]);
      };
      return {
        push: (frame) => decoder.push(frame).flatMap(undo),
        end: () => decoder.end().flatMap(undo),
      };
    },
  };
}
