import { Router } from 'express';

export interface HealthDeps {
  /** Why this node should get no traffic now; empty: it is ready. */
  findObstacles(): Promise<readonly string[]> | readonly string[];
  /** Prometheus text. */
  metrics(): Promise<string>;
  contentType: string;
}

/** `/healthz`, `/health` (the process lives), `/readyz` (it may get traffic), `/metrics` (Prometheus text). */
export function createHealthRouter(health: HealthDeps): Router {
  const router = Router();
  router.get(['/healthz', '/health'], (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const obstacles = await health.findObstacles();
    if (obstacles.length === 0) response.json({ status: 'ready' });
    else
      response
        .status(503)
        .set('retry-after', '1')
        .json({ status: 'not ready', reasons: obstacles });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(health.contentType).send(await health.metrics());
  });
  return router;
}
