import {
  channelTestQuerySchema,
  channelTestRunQuerySchema,
  idSchema,
} from '@turnpike/core/contract';
import { Router, type RequestHandler } from 'express';
import type { ChannelTestService } from '../services/channel-test-service.ts';
import { sendData } from './envelope.ts';
import { parseInput } from './parse-input.ts';

export interface ChannelTestRouterDeps {
  channelTests: ChannelTestService;
  refuseCrossSite: RequestHandler;
}

/** `/api/channel/test`: one channel while the client waits, or many in the background. */
export function createChannelTestRouter(deps: ChannelTestRouterDeps): Router {
  const { channelTests, refuseCrossSite } = deps;
  const router = Router();

  const startRun: RequestHandler = (request, response) => {
    const { scope } = parseInput(channelTestRunQuerySchema, request.query);
    channelTests.start(scope === '' ? 'all' : scope);
    sendData(response);
  };
  router.get('/', refuseCrossSite, startRun);
  router.post('/', startRun);

  router.get('/progress', (_request, response) => {
    sendData(response, channelTests.progress());
  });

  const testOne: RequestHandler<{ id: string }> = async (request, response) => {
    const id = parseInput(idSchema, request.params.id);
    const { model } = parseInput(channelTestQuerySchema, request.query);
    const result = await channelTests.test(id, model === '' ? undefined : model);
    response.json({
      success: result.isOk,
      message: result.message,
      time: result.isOk ? result.durationMs / 1000 : 0,
      modelName: model,
    });
  };
  router.get('/:id', refuseCrossSite, testOne);
  router.post('/:id', testOne);

  return router;
}
