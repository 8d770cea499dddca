import { emptyUsage, type Operation, type Usage } from '@turnpike/core';
import type { AudioLengths } from '../audio/audio-lengths.ts';
import type { TokenCounter } from '../counting/token-counter.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import {
  guessDrawnTokens,
  guessSpokenTokens,
  HEARD_TOKENS_PER_SECOND,
} from './guess-media-tokens.ts';
import type { InboundRequest } from './inbound-request.ts';

export interface MediaDeps {
  tokenCounter: TokenCounter;
  audioLengths: AudioLengths;
}

/** What an answer says of itself. */
export interface MediaAnswer {
  usage: Usage | undefined;
  /** Pictures delivered. */
  images: number;
  /** Of the recording, where the answer tells them outside its usage. */
  seconds: number | undefined;
  generatedText(): string;
}

const media: ReadonlySet<Operation> = new Set<Operation>([
  'speech',
  'transcription',
  'translation',
  'image-generation',
  'image-edit',
  'image-variation',
]);

/** Whether an operation is paid by pictures, seconds or characters, or may be. */
export function isMedia(operation: Operation): boolean {
  return media.has(operation);
}

/**
 * Measures pictures, recordings and speech: in the vendor's own figures, and beside them in the unit of the price. What the
 * upstream left out is measured in the request, and guessed last: nothing is free because nobody counted.
 */
export function measureMedia(
  deps: MediaDeps,
  inbound: InboundRequest,
  routePrice: RoutePrice,
  answer: MediaAnswer,
): Usage | Promise<Usage> {
  const { price } = routePrice;
  const usage: Usage = answer.usage ?? { ...emptyUsage, source: 'estimated' };
  switch (inbound.operation) {
    case 'speech': {
      const counted = { ...usage, characters: inbound.characters };
      return answer.usage === undefined && price.character === undefined
        ? countSpoken(deps, inbound, routePrice, counted)
        : counted;
    }
    case 'transcription':
    case 'translation':
      return measureRecording(deps, inbound, routePrice, answer, usage);
    default: {
      const counted = { ...usage, images: usage.images ?? answer.images };
      if (answer.usage !== undefined || price.image !== undefined) return counted;
      const { size, quality } = inbound.facts;
      return withOutput(counted, { image: counted.images * guessDrawnTokens(size, quality) });
    }
  }
}

function withOutput(usage: Usage, output: Partial<Usage['output']>): Usage {
  return { ...usage, output: { ...usage.output, ...output } };
}

function spokenText({ body }: InboundRequest): string {
  if (body.kind !== 'json') return '';
  const input = body.probe.scalar(body.probe.last('input'));
  return typeof input === 'string' ? input : '';
}

async function countSpoken(
  { tokenCounter }: MediaDeps,
  inbound: InboundRequest,
  { billedModel }: RoutePrice,
  usage: Usage,
): Promise<Usage> {
  const text = spokenText(inbound);
  const [uncached = 0] = await tokenCounter.count(billedModel, [text]);
  const read = { ...usage, input: { ...usage.input, uncached } };
  return withOutput(read, { audio: guessSpokenTokens(text) });
}

function measureRecording(
  deps: MediaDeps,
  inbound: InboundRequest,
  { price, billedModel }: RoutePrice,
  answer: MediaAnswer,
  usage: Usage,
): Usage | Promise<Usage> {
  const told = usage.seconds ?? answer.seconds;
  const isByTheSecond = price.second !== undefined;
  if (told !== undefined && (isByTheSecond || answer.usage !== undefined))
    return { ...usage, seconds: told };
  if (!isByTheSecond && answer.usage !== undefined) return usage;
  return measureUntold(deps, inbound, told).then(async (seconds) => {
    if (isByTheSecond) return { ...usage, seconds };
    const [text = 0] = await deps.tokenCounter.count(billedModel, [answer.generatedText()]);
    const audio = Math.ceil(seconds * HEARD_TOKENS_PER_SECOND);
    return withOutput({ ...usage, input: { ...usage.input, audio }, seconds }, { text });
  });
}

/** By the file's own header, else by its size. */
async function measureUntold(
  { audioLengths }: MediaDeps,
  { body, facts }: InboundRequest,
  told: number | undefined,
): Promise<number> {
  if (told !== undefined) return told;
  const file = body.kind === 'upload' ? body.upload.locate('file') : undefined;
  const measured = file === undefined ? undefined : await audioLengths.secondsOf(file);
  return measured ?? facts.estimate.soft.seconds ?? 0;
}
