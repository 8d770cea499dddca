/** Every loss that a gateway has counted, as `from → to: place (severity)`, in order. */
export async function readLosses(gatewayUrl: string): Promise<string[]> {
  const metrics = await (await fetch(`${gatewayUrl}/metrics`)).text();
  const line =
    /^gateway_protocol_loss_total\{from="([^"]*)",to="([^"]*)",at="([^"]*)",severity="([^"]*)"\} [1-9]/gm;
  return [...metrics.matchAll(line)]
    .map(([, from, to, at, severity]) => `${from!} → ${to!}: ${at!} (${severity!})`)
    .sort();
}
