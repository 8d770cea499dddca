import { beforeEach, describe, expect, it } from '@jest/globals';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
  await test.as('admin').post('/api/channel/').send({ type: 1, key: 'sk-x', name: 'one' });
});

const edit = async (input: object, language = 'en') =>
  (
    await test
      .as('admin')
      .put('/api/channel/')
      .set('accept-language', language)
      .send({ id: 1, ...input })
  ).body;
const configOf = () => test.channels.rows.get(1)!.config;

describe('policies in the config of a channel', () => {
  it('are refused with what is wrong and where, in both languages', async () => {
    const config = JSON.stringify({ parameters: { set: { model: 'dear' } } });
    expect(await edit({ config })).toMatchObject({
      code: 'invalid_parameter',
      param: 'config',
      message: expect.stringMatching(/'parameters.set' has 'model', which decides what a request/),
    });
    const { message } = await edit({ config }, 'zh');
    expect(message).toContain("包含 'model'，它决定请求的价格或路由");
    expect(configOf()).toBe('');
  });
});

describe("New API's field param_override", () => {
  it('is kept in the config, whose text and whose numbers stay as they are', async () => {
    await edit({ config: '{"region":"x", "seed":1.0}', param_override: '{"top_p":0.50}' });
    expect(configOf()).toBe('{"region":"x", "seed":1.0,"param_override":{"top_p":0.50}}');
    const { data } = (await test.as('admin').get('/api/channel/1')).body;
    expect(data).toMatchObject({ param_override: '{"top_p":0.50}' });
    await edit({ name: 'two', param_override: null });
    expect(configOf()).toContain('0.50');
    await edit({ param_override: '{"top_p":1.0}' });
    expect(configOf()).toBe('{"region":"x", "seed":1.0,"param_override":{"top_p":1.0}}');
    expect(await edit({ param_override: '' })).toMatchObject({ data: { param_override: null } });
    expect(configOf()).toBe('{"region":"x", "seed":1.0}');
  });

  it('comes with a new channel too', async () => {
    const channel = { type: 1, key: 'sk-y', name: 'two', param_override: '{"seed":7}' };
    await test.as('admin').post('/api/channel/').send(channel);
    expect(test.channels.rows.get(2)!.config).toBe('{"param_override":{"seed":7}}');
  });

  it.each([
    ['[1]', 'must be a JSON object'],
    ['{"max_tokens":"5"}', 'a whole number between 1'],
    ['{"operations":[]}', "write 'parameters'"],
  ])('is not %s', async (override, expected) => {
    const answer = await edit({ param_override: override });
    expect(answer).toMatchObject({ code: 'invalid_parameter', param: 'param_override' });
    expect(answer.message).toContain(expected);
    expect(configOf()).toBe('');
  });

  it('has nowhere to go where an adopted config is broken', async () => {
    test.channels.rows.get(1)!.config = '{"region":';
    const answer = await edit({ param_override: '{"seed":7}' });
    expect(answer).toMatchObject({ code: 'invalid_parameter', param: 'param_override' });
    expect(configOf()).toBe('{"region":');
  });
});
