import { channelRoutes } from '@turnpike/core/contract';
import type { ChannelBalanceService } from '../balances/channel-balance-service.ts';
import type { ChannelService } from '../services/channel-service.ts';
import type { ChannelTestService } from '../services/channel-test-service.ts';
import type { ModelService } from '../services/model-service.ts';
import type { UpstreamModelService } from '../services/upstream-model-service.ts';
import { toChannelJson } from './json/channel-json.ts';
import { mapPage } from '../services/to-page-query.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface ChannelRouterDeps {
  channels: ChannelService;
  models: ModelService;
  upstreamModels: UpstreamModelService;
  channelTests: ChannelTestService;
  channelBalances: ChannelBalanceService;
}

/** `/api/channel`: the upstream accounts that requests are routed to. */
export function createChannelRouter(deps: ChannelRouterDeps): BoundRoute[] {
  const { channels, models } = deps;
  return [
    bindRoute(channelRoutes.list, async ({ query }) =>
      mapPage(await channels.list(query), toChannelJson),
    ),
    bindRoute(channelRoutes.search, async ({ query }) =>
      mapPage(await channels.search(query), toChannelJson),
    ),
    bindRoute(channelRoutes.models, () => ({
      object: 'list' as const,
      data: models.builtInModels(),
    })),
    bindRoute(channelRoutes.read, async ({ params }) =>
      toChannelJson(await channels.find(params.id)),
    ),
    bindRoute(channelRoutes.create, ({ body, caller }) => channels.create(body, caller)),
    bindRoute(channelRoutes.update, async ({ body, caller }) =>
      toChannelJson(await channels.update(body, caller)),
    ),
    bindRoute(channelRoutes.removeDisabled, ({ caller }) => channels.removeDisabled(caller)),
    bindRoute(channelRoutes.remove, ({ params, caller }) => channels.remove(params.id, caller)),
    bindRoute(channelRoutes.copy, async ({ params, caller }) =>
      toChannelJson(await channels.copy(params.id, caller)),
    ),
    bindRoute(channelRoutes.enabledModels, () => models.enabledModels()),
    bindRoute(channelRoutes.fetchModels, ({ params }) => deps.upstreamModels.ofChannel(params.id)),
    bindRoute(channelRoutes.fetchModelsUnsaved, ({ body }) => deps.upstreamModels.of(body)),
    bindRoute(channelRoutes.rebuildAbilities, ({ caller }) => channels.rebuildAbilities(caller)),
    ...bindTests(deps),
    ...bindBalances(deps),
  ];
}

/** One channel while the client waits, or many in the background. */
function bindTests({ channelTests }: ChannelRouterDeps): BoundRoute[] {
  return [
    bindRoute(channelRoutes.test, ({ query: { scope } }) => {
      channelTests.start(scope === '' ? 'all' : scope);
    }),
    bindRoute(channelRoutes.testProgress, () => channelTests.progress()),
    bindRoute(channelRoutes.testOne, async ({ params, query: { model } }) => {
      const result = await channelTests.test(params.id, model === '' ? undefined : model);
      return {
        success: result.isOk,
        message: result.message,
        time: result.isOk ? result.durationMs / 1000 : 0,
        modelName: model,
      };
    }),
  ];
}

function bindBalances({ channelBalances }: ChannelRouterDeps): BoundRoute[] {
  return [
    bindRoute(channelRoutes.updateBalances, () => {
      channelBalances.start();
    }),
    bindRoute(channelRoutes.balanceProgress, () => channelBalances.progress()),
    bindRoute(channelRoutes.updateBalance, async ({ params }) => {
      const answer = await channelBalances.update(params.id);
      return answer.problem === undefined
        ? { success: true, message: '', balance: answer.balance }
        : { success: false, message: answer.problem };
    }),
  ];
}
