import type { Candidate, CanonicalResponse, StreamEvent } from '@turnpike/core';
import { headerOf } from './header-of.ts';
import { saidBy } from './said-by.ts';

/** The events of a stream that a whole answer could have come as, in one burst. Folding them gives the answer again. */
export function replayResponse(response: CanonicalResponse): StreamEvent[] {
  const { serviceTier, fingerprint, promptFeedback, extras } = response;
  const events: StreamEvent[] = [
    {
      type: 'start',
      id: response.id,
      model: response.model,
      createdAt: response.createdAt,
      extras,
    },
  ];
  if ((serviceTier ?? fingerprint ?? promptFeedback) !== undefined) {
    events.push({
      type: 'about',
      ...(serviceTier !== undefined && { serviceTier }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(promptFeedback !== undefined && { promptFeedback }),
    });
  }
  for (const candidate of response.candidates) events.push(...replayCandidate(candidate));
  for (const { index, finish, extras: own } of response.candidates)
    events.push({
      type: 'finish',
      candidate: index,
      finish,
      ...(own !== undefined && { extras: own }),
    });
  const { usage, usageOrigin } = response;
  if (usage !== undefined)
    events.push({ type: 'usage', usage, ...(usageOrigin !== undefined && { usageOrigin }) });
  events.push({ type: 'done' });
  return events;
}

function replayCandidate({ index, parts, logprobs }: Candidate): StreamEvent[] {
  let isFirstText = true;
  return parts.flatMap((part, at) => {
    const place = { candidate: index, part: at };
    const events: StreamEvent[] = [{ type: 'part', ...place, header: headerOf(part) }];
    for (const state of part.state ?? []) events.push({ type: 'state', ...place, state });
    const delta = saidBy(part);
    if (part.kind === 'tool-call') {
      if (delta !== '') events.push({ type: 'arguments', ...place, delta });
    } else if (part.kind === 'media') {
      if (delta !== '') events.push({ type: 'bytes', ...place, delta });
    } else if (delta !== '') {
      // Log probabilities are of the answer's text, and come with it.
      const carries = part.kind === 'text' && isFirstText && logprobs !== undefined;
      if (part.kind === 'text') isFirstText = false;
      events.push({ type: 'text', ...place, delta, ...(carries && { logprobs }) });
    }
    if (part.kind === 'text') {
      for (const annotation of part.annotations ?? [])
        events.push({ type: 'annotation', ...place, annotation });
    }
    events.push({ type: 'end', ...place, final: part });
    return events;
  });
}
