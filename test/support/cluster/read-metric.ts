import type { Gateway } from '../start-gateway.mjs';

/** The sum of a metric over all label sets that match. 0 where there is none. */
export async function readMetric(
  { url }: Pick<Gateway, 'url'>,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
