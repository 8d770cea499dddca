import { channelBatchRoutes } from '@turnpike/core/contract';
import type { ChannelBatchService } from '../services/channel-batch-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/channel/batch` and `/api/channel/tag`: many channels at once. */
export function createChannelBatchRouter({
  channelBatches,
}: {
  channelBatches: ChannelBatchService;
}): BoundRoute[] {
  return [
    bindRoute(channelBatchRoutes.remove, ({ body, caller }) =>
      channelBatches.remove(body.ids, caller),
    ),
    bindRoute(channelBatchRoutes.setStatus, ({ body, caller }) =>
      channelBatches.setStatus(body.ids, body.status, caller),
    ),
    bindRoute(channelBatchRoutes.setTag, ({ body, caller }) =>
      channelBatches.setTag(body.ids, body.tag, caller),
    ),
    bindRoute(channelBatchRoutes.setPriority, ({ body, caller }) =>
      channelBatches.setPriority(body, caller),
    ),
    bindRoute(channelBatchRoutes.enableTag, ({ body, caller }) =>
      channelBatches.setTagStatus(body.tag, true, caller),
    ),
    bindRoute(channelBatchRoutes.disableTag, ({ body, caller }) =>
      channelBatches.setTagStatus(body.tag, false, caller),
    ),
    bindRoute(channelBatchRoutes.updateTag, ({ body, caller }) =>
      channelBatches.updateTag(body, caller),
    ),
  ];
}
