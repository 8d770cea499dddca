import { idSchema } from '@turnpike/core/contract';
import { Router, type RequestHandler } from 'express';
import type { ChannelBalanceService } from '../balances/channel-balance-service.ts';
import { sendData } from './envelope.ts';
import { parseInput } from './parse-input.ts';

export interface ChannelBalanceRouterDeps {
  channelBalances: ChannelBalanceService;
  refuseCrossSite: RequestHandler;
}

/** `/api/channel/update_balance`: of one channel while the client waits, or of all in the background. */
export function createChannelBalanceRouter(deps: ChannelBalanceRouterDeps): Router {
  const { channelBalances, refuseCrossSite } = deps;
  const router = Router();

  const startRun: RequestHandler = (_request, response) => {
    channelBalances.start();
    sendData(response);
  };
  router.get('/', refuseCrossSite, startRun);
  router.post('/', startRun);

  router.get('/progress', (_request, response) => {
    sendData(response, channelBalances.progress());
  });

  const updateOne: RequestHandler<{ id: string }> = async (request, response) => {
    const answer = await channelBalances.update(parseInput(idSchema, request.params.id));
    if (answer.problem !== undefined) response.json({ success: false, message: answer.problem });
    else sendData(response, undefined, { balance: answer.balance });
  };
  router.get('/:id', refuseCrossSite, updateOne);
  router.post('/:id', updateOne);

  return router;
}
