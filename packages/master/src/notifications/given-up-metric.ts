import { Gauge, type Registry } from 'prom-client';
import { createPatientReader } from '../patient-reader.ts';

/** Tells Prometheus how many deliveries wait for an administrator. */
export function registerGivenUpNotifications(
  registry: Registry,
  count: () => Promise<number>,
): void {
  const read = createPatientReader(count);
  new Gauge({
    name: 'turnpike_notifications_given_up',
    help: 'Mails, alerts and webhooks that failed as often as they may and wait for an administrator.',
    aggregator: 'max',
    registers: [registry],
    async collect() {
      this.set((await read()) ?? Number.NaN);
    },
  });
}
