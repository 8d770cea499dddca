import type { Candidate, CanonicalResponse, Part, StreamEvent } from '@turnpike/core';
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
    // Log probabilities are of the answer's text, and come with it.
    const carries = part.kind === 'text' && part.text !== '' && isFirstText;
    if (carries) isFirstText = false;
    return replayPart(part, { candidate: index, part: at }, carries ? logprobs : undefined);
  });
}

/** The events of a part that is known as a whole. */
export function replayPart(
  part: Part,
  place: { candidate: number; part: number },
  logprobs?: unknown,
): StreamEvent[] {
  const events: StreamEvent[] = [{ type: 'part', ...place, header: headerOf(part) }];
  for (const state of part.state ?? []) events.push({ type: 'state', ...place, state });
  if (part.kind === 'media' && part.transcript !== undefined)
    events.push({ type: 'text', ...place, delta: part.transcript });
  const delta = saidBy(part);
  if (delta !== '') {
    if (part.kind === 'tool-call') events.push({ type: 'arguments', ...place, delta });
    else if (part.kind === 'media') events.push({ type: 'bytes', ...place, delta });
    else
      events.push({ type: 'text', ...place, delta, ...(logprobs !== undefined && { logprobs }) });
  }
  if (part.kind === 'text') {
    for (const annotation of part.annotations ?? [])
      events.push({ type: 'annotation', ...place, annotation });
  }
  events.push({ type: 'end', ...place, final: part });
  return events;
}
