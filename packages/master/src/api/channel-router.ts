import {
  channelCreateSchema,
  channelUpdateSchema,
  idSchema,
  pageQuerySchema,
  searchQuerySchema,
} from '@turnpike/core/contract';
import { Router } from 'express';
import type { ChannelService } from '../services/channel-service.ts';
import type { ModelService } from '../services/model-service.ts';
import { callerOf } from './caller-of.ts';
import {
  createChannelBalanceRouter,
  type ChannelBalanceRouterDeps,
} from './channel-balance-router.ts';
import { createChannelTestRouter, type ChannelTestRouterDeps } from './channel-test-router.ts';
import { sendData } from './envelope.ts';
import { toChannelJson } from './json/channel-json.ts';
import { requireRole } from './middleware/require-role.ts';
import { parseBody, parseInput } from './parse-input.ts';

export interface ChannelRouterDeps extends ChannelTestRouterDeps, ChannelBalanceRouterDeps {
  channels: ChannelService;
  models: ModelService;
}

/** `/api/channel`: the upstream accounts that requests are routed to. Administrators only. */
export function createChannelRouter(deps: ChannelRouterDeps): Router {
  const { channels, models } = deps;
  const router = Router();
  router.use(requireRole('admin'));
  router.use('/test', createChannelTestRouter(deps));
  router.use('/update_balance', createChannelBalanceRouter(deps));

  router.get('/', async (request, response) => {
    const found = await channels.list(parseInput(pageQuerySchema, request.query));
    sendData(response, found.map(toChannelJson));
  });

  router.get('/search', async (request, response) => {
    const { keyword } = parseInput(searchQuerySchema, request.query);
    sendData(response, (await channels.search(keyword)).map(toChannelJson));
  });

  // In OpenAI's form, without the envelope.
  router.get('/models', (_request, response) => {
    response.json({ object: 'list', data: models.builtInModels() });
  });

  router.get('/:id', async (request, response) => {
    const id = parseInput(idSchema, request.params.id);
    sendData(response, toChannelJson(await channels.find(id)));
  });

  router.post('/', async (request, response) => {
    await channels.create(parseBody(channelCreateSchema, request), callerOf(request));
    sendData(response);
  });

  router.put('/', async (request, response) => {
    const input = parseBody(channelUpdateSchema, request);
    sendData(response, toChannelJson(await channels.update(input, callerOf(request))));
  });

  router.delete('/disabled', async (request, response) => {
    sendData(response, await channels.removeDisabled(callerOf(request)));
  });

  router.delete('/:id', async (request, response) => {
    await channels.remove(parseInput(idSchema, request.params.id), callerOf(request));
    sendData(response);
  });

  return router;
}
