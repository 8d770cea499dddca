import { Router } from 'express';
import type { ModelService } from '../services/model-service.ts';
import { sendData } from './envelope.ts';
import { requireRole } from './middleware/require-role.ts';

/** `/api/models`: what each type of channel offers. For everyone who is logged in. */
export function createModelRouter({ models }: { models: ModelService }): Router {
  const router = Router();

  router.get('/', requireRole('common'), (_request, response) => {
    sendData(response, models.modelsByChannelType());
  });

  return router;
}
