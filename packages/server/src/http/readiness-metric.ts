import { Gauge, type Registry } from 'prom-client';

/** Tells Prometheus whether this process may get traffic; of several processes the worst counts. */
export function registerReadiness(registry: Registry, isReady: () => boolean): void {
  new Gauge({
    name: 'turnpike_node_ready',
    help: 'Whether the node may get traffic: 1 or 0.',
    aggregator: 'min',
    registers: [registry],
    collect() {
      this.set(isReady() ? 1 : 0);
    },
  });
}
