// What vendors bill by tokens, and some upstreams do not count: figures of OpenAI's documentation of prices, pictures and
// speech (platform.openai.com/docs/pricing, …/docs/guides/image-generation), to be used only where nobody counted.

/** Of recordings that are listened to. */
export const HEARD_TOKENS_PER_SECOND = 10;

/** `gpt-4o-mini-tts`: $0.015 a minute at $12 for a million tokens. */
const SPOKEN_TOKENS_PER_SECOND = 1250 / 60;

/** How fast is read aloud: some 150 words a minute, and four or five of the signs that are words. */
const LETTERS_PER_SECOND = 15;
const IDEOGRAMS_PER_SECOND = 4.5;

const ideogram = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Audio tokens of a text that is read aloud. */
export function guessSpokenTokens(text: string): number {
  const ideograms = text.match(ideogram)?.length ?? 0;
  const letters = Array.from(text).length - ideograms;
  const seconds = letters / LETTERS_PER_SECOND + ideograms / IDEOGRAMS_PER_SECOND;
  return Math.ceil(seconds * SPOKEN_TOKENS_PER_SECOND);
}

type Shape = 'square' | 'portrait' | 'landscape';

/** Of `gpt-image-1` and its kin, at about a megapixel. */
const drawnTokens: Readonly<Record<string, Readonly<Record<Shape, number>>>> = {
  low: { square: 272, portrait: 408, landscape: 400 },
  medium: { square: 1056, portrait: 1584, landscape: 1568 },
  high: { square: 4160, portrait: 6240, landscape: 6208 },
};

/**
 * Image tokens of one picture that is drawn.
 *
 * @param size `1024x1536`, …; anything else counts as square
 * @param quality anything but `low` and `high` counts as medium
 */
export function guessDrawnTokens(size: string, quality: string): number {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  const difference = Number(width ?? 0) - Number(height ?? 0);
  const shape = difference > 0 ? 'landscape' : difference < 0 ? 'portrait' : 'square';
  const known = drawnTokens[quality] ?? drawnTokens['medium'];
  return known?.[shape] ?? 0;
}
