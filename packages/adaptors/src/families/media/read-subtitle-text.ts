/** The spoken words of a transcript in plain text, SRT or WebVTT: numbers, times and headers are left out. */
export function readSubtitleText(transcript: string): string {
  const lines = transcript.split(/\r\n|\n|\r/);
  if (!lines.some((line) => line.includes('-->'))) return transcript.trim();
  const words: string[] = [];
  let isInCue = false;
  for (const line of lines) {
    if (line.includes('-->')) isInCue = true;
    else if (line.trim() === '') isInCue = false;
    else if (isInCue) words.push(line);
  }
  return words.join('\n');
}
