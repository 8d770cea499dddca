import { Router } from 'express';
import type { Registry } from 'prom-client';

export interface HealthDeps {
  /** Why this node should get no traffic now; empty: it is ready. */
  findObstacles(): readonly string[];
  registry: Registry;
}

/** `/healthz` (the process lives), `/readyz` (it may get traffic), `/metrics` (Prometheus text). */
export function createHealthRouter({ findObstacles, registry }: HealthDeps): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', (_request, response) => {
    const obstacles = findObstacles();
    if (obstacles.length === 0) response.json({ status: 'ready' });
    else
      response
        .status(503)
        .set('retry-after', '1')
        .json({ status: 'not ready', reasons: obstacles });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
