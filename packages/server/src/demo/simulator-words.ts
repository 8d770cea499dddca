/** Each is exactly one o200k token, with and without a leading space, so that a count of words is a count of tokens. */
const words =
  'the a of and to in is that for on with as it at by from or an be this are was not have you all can will one time about out up so if no what which when there more new also like only some them other than then now its two first our over most even after many before such where much good great light water house world school river city market music story family system number people paper garden summer winter'.split(
    ' ',
  );

const multiByteWords = ['日本', 'été', 'naïve', 'Größe', '🌍', '价格'];

/** The first `count` words of an answer; the same for every call, so that a test can predict them. */
export function wordsOfAnswer(count: number, alphabet: 'ascii' | 'multi-byte' = 'ascii'): string[] {
  const source = alphabet === 'ascii' ? words : multiByteWords;
  return Array.from({ length: count }, (_, index) => {
    const word = source[index % source.length] ?? 'the';
    return index === 0 ? word : ` ${word}`;
  });
}

/** Counts words: the token count of a text made of {@link wordsOfAnswer}'s words. */
export function countTokens(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
