import { groupRoutes, optionRoutes } from '@turnpike/core/contract';
import type { OptionService } from '../services/option-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/option`: what can be changed at run time; `/api/group`: names of the groups that users and channels may have. */
export function createOptionRouter({ options }: { options: OptionService }): BoundRoute[] {
  return [
    bindRoute(optionRoutes.list, async () => {
      const { options: data, secrets } = await options.list();
      return { success: true as const, message: '', data, secrets };
    }),
    bindRoute(optionRoutes.update, ({ body, caller }) => options.update(body, caller)),
    bindRoute(optionRoutes.resetModelRatio, ({ caller }) =>
      options.update({ key: 'ModelRatio', value: '{}' }, caller),
    ),
    bindRoute(groupRoutes.list, () => options.listGroups()),
  ];
}
