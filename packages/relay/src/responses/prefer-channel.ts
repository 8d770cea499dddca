import type { ChannelPlan } from '../pipeline/plan.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';

/** The same plan, one of its channels first. Nothing changes where that is none of them. */
export function preferChannel(plan: ChannelPlan, channelId: number): ChannelPlan {
  const passed: RelayChannel[] = [];
  let hasLooked = false;
  return {
    ...plan,
    next() {
      while (!hasLooked) {
        const channel = plan.next();
        if (channel?.id === channelId) {
          hasLooked = true;
          return channel;
        }
        if (channel === undefined) hasLooked = true;
        else passed.push(channel);
      }
      return passed.shift() ?? plan.next();
    },
  };
}
