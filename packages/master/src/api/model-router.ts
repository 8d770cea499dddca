import { modelRoutes } from '@turnpike/core/contract';
import type { ModelService } from '../services/model-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/models`: what each type of channel offers. For everyone who is logged in. */
export function createModelRouter({ models }: { models: ModelService }): BoundRoute[] {
  return [bindRoute(modelRoutes.byChannelType, () => models.modelsByChannelType())];
}
