import { describe, expect, it } from '@jest/globals';
import { askBriefly, askedDoors } from '../../support/protocols/ask-briefly.ts';
import { upstreamKindOfEachWire } from '../../support/protocols/protocol-world.ts';
import { upstreamWires } from '../../support/protocols/upstream-wires.ts';
import { useProtocolWorld } from '../../support/protocols/use-protocol-world.ts';

const world = useProtocolWorld(1);

/** Wires whose streams begin with something that says nothing yet, and where the other channel is of another one. */
const pairs = upstreamKindOfEachWire.flatMap((kind) => askedDoors.map((door) => ({ kind, door })));

describe.each(pairs)('a stream from $kind.name at $door', ({ kind, door }) => {
  it('goes to another channel as long as it has said nothing', async () => {
    const model = `held-${kind.name}-${door}`;
    await world.price(model);
    const baseUrl = world.upstream.url;
    const mapping = kind.model && { model_mapping: JSON.stringify({ [model]: kind.model }) };
    const first = { name: model, baseUrl, models: [model], priority: 9 };
    await world.admin.createChannel({ ...first, ...mapping, ...kind.channel(baseUrl) });
    const other = kind.family === 'anthropic' ? { type: 24 } : { type: 14 };
    await world.admin.createChannel({ name: `${model}-2`, baseUrl, models: [model], ...other });
    const errorAfter = upstreamWires[kind.family].firstText;
    world.upstream.answerWith(
      { text: 'Roads are paid for.', end: 'stop' },
      { [kind.family]: { errorAfter } },
    );
    const answer = await askBriefly(world, door, model, true);
    const text = await answer.text();
    expect(text).not.toContain('overheated');
    expect(text).toContain('paid for');
    expect(world.upstream.requests.map(({ family }) => family)).toEqual([
      kind.family,
      other.type === 14 ? 'anthropic' : 'gemini',
    ]);
    const rows = await world.admin.listLogs('type=2');
    const id = answer.headers.get('x-request-id');
    expect(rows.filter(({ request_id: its }) => its === id)).toHaveLength(1);
  });
});
