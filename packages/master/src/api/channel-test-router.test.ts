import { beforeEach, describe, expect, it } from '@jest/globals';
import { channelStatuses, type ProbeResult } from '@turnpike/core';
import { channelTestProgressSchema, type ChannelTestProgress } from '@turnpike/core/contract';
import { waitUntil } from '@turnpike/core/testing';
import { okProbe, openMaster, type TestMaster } from '../testing/open-master.ts';

const fatal: ProbeResult = {
  ...okProbe,
  isOk: false,
  isFatal: true,
  message: 'The key is not valid.',
};
let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
  await test.channels.createMany([
    { key: 'a', name: 'enabled', models: 'gpt-4o' },
    { key: 'b', name: 'by hand', status: 2, group: 'vip,default' },
    { key: 'c', name: 'by itself', status: 3, group: 'vip' },
  ]);
});

const admin = () => test.as('admin');
const statusOf = (id: number) => test.channels.rows.get(id)?.status;

async function run(scope = ''): Promise<ChannelTestProgress> {
  const { body } = await admin().get(`/api/channel/test${scope && `?scope=${scope}`}`);
  expect(body).toEqual({ success: true, message: '' });
  return end();
}

async function end(): Promise<ChannelTestProgress> {
  let progress = await readProgress();
  await waitUntil(async () => !(progress = await readProgress()).isRunning);
  return progress;
}

async function readProgress(): Promise<ChannelTestProgress> {
  const { body } = await admin().get('/api/channel/test/progress');
  return channelTestProgressSchema.strict().parse(body.data);
}

const testedIds = ({ results }: ChannelTestProgress) =>
  results.map(({ channelId }) => channelId).sort();

describe('a test of one channel', () => {
  it('answers what the model said and how long it took', async () => {
    const { body } = await admin().get('/api/channel/test/1/?model=gpt-4o-mini');

    expect(body).toEqual({ success: true, message: 'gpt-4o', time: 1.2, modelName: 'gpt-4o-mini' });
    expect(test.channels.rows.get(1)).toMatchObject({
      testTime: 1_700_000_000,
      responseTime: 1200,
    });
    expect(test.logs.rows).toMatchObject([
      { type: 5, user_id: 0, channel: 1, model_name: 'gpt-4o', quota: 0, elapsed_time: 1200 },
    ]);
  });

  it('never changes the status, and works on disabled channels', async () => {
    Object.assign(test.stored, {
      AutomaticDisableChannelEnabled: 'true',
      AutomaticEnableChannelEnabled: 'true',
    });
    await admin().get('/api/channel/test/3');
    test.probe.answer = async () => fatal;
    const { body } = await admin().get('/api/channel/test/1');

    expect(body).toEqual({
      success: false,
      message: 'The key is not valid.',
      time: 0,
      modelName: '',
    });
    expect([statusOf(1), statusOf(3)]).toEqual([1, 3]);
  });

  it('of an unknown channel is refused in the plain envelope', async () => {
    const { body } = await admin().get('/api/channel/test/99');

    expect(Object.keys(body).sort()).toEqual(['code', 'message', 'success']);
    expect((await admin().get('/api/channel/test/x')).body.code).toBe('invalid_parameter');
  });

  it('gives up when the time is over', async () => {
    test = await openMaster({ probeTimeoutMs: 20 });
    await test.channels.createMany([{ key: 'a' }]);
    test.probe.answer = () => new Promise(() => undefined);

    const { body } = await admin().get('/api/channel/test/1');
    expect(body).toMatchObject({ success: false, time: 0, message: 'no answer in 0.02 s' });
  });

  it('cannot be started by a link on another site', async () => {
    const login = { username: 'admin', password: 'correct horse' };
    const { headers } = await test.anonymous.post('/api/user/login').send(login);
    const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
    const call = test.anonymous.get('/api/channel/test/1').set('cookie', cookie);

    expect((await call.set('sec-fetch-site', 'cross-site')).status).toBe(403);
    expect(test.logs.rows).toEqual([]);
  });
});

describe('a run over many channels', () => {
  it.each([
    ['', [1, 2, 3]],
    ['all', [1, 2, 3]],
    ['disabled', [2, 3]],
    ['1,3,99', [1, 3]],
    ['group:vip', [2, 3]],
  ])('of the scope "%s" tests %j', async (scope, ids) => {
    const progress = await run(scope);

    expect(testedIds(progress)).toEqual(ids);
    expect(progress).toMatchObject({ total: ids.length, tested: ids.length, problem: null });
  });

  it.each(['group:nobody', 'group: vip', '98,99'])(
    'of the scope "%s", which has no channel, says so',
    async (scope) => {
      const problem = `No channel is in the scope '${scope}'.`;
      expect(await run(encodeURIComponent(scope))).toMatchObject({ total: 0, problem });
    },
  );

  it('of all that are disabled has no problem where none is', async () => {
    await test.channels.update(2, { status: 1 });
    await test.channels.update(3, { status: 1 });

    expect(await run('disabled')).toMatchObject({ total: 0, problem: null });
  });

  it.each(['everything', 'ALL', ' all', 'group:', '1,', '1,,3', '1, 3', '1;3', '0', '-1', 'all,1'])(
    'of the scope "%s" is refused, and nothing is tested',
    async (scope) => {
      const { body } = await admin().get(`/api/channel/test?scope=${encodeURIComponent(scope)}`);

      expect(body).toMatchObject({ code: 'invalid_parameter', param: 'scope' });
      expect(body.message).toContain('must be all, disabled, ids such as 1,3,5, or group:<name>');
      expect(await readProgress()).toMatchObject({ isRunning: false, startedAt: null });
    },
  );

  it('goes on in the background, one at a time', async () => {
    let release: (result: ProbeResult) => void = () => undefined;
    test.probe.answer = () => new Promise((resolve) => (release = resolve));
    await admin().post('/api/channel/test');
    expect((await admin().post('/api/channel/test')).body.code).toBe('channel_test_running');
    expect(await readProgress()).toMatchObject({ isRunning: true, tested: 0, finishedAt: null });

    test.probe.answer = async () => okProbe;
    release(okProbe);
    expect(await end()).toMatchObject({ tested: 3, succeeded: 3, failed: 0 });
    expect(await run()).toMatchObject({ tested: 3 });
  });

  it('ends whatever happens in it, and can be started again', async () => {
    const list = test.channels.list;
    test.channels.list = () => Promise.reject(new Error('database away'));
    expect(await run()).toMatchObject({ isRunning: false, tested: 0 });
    expect((await readProgress()).problem).toContain('failed');
    test.channels.list = list;
    test.probe.answer = (id) =>
      id === 2 ? Promise.reject(new Error('bug')) : Promise.resolve(okProbe);

    expect(await run()).toMatchObject({ tested: 3, succeeded: 2, failed: 1, problem: null });
  });

  it('tells root when it came to its end', async () => {
    test.probe.answer = (id) => Promise.resolve(id === 2 ? { ...fatal, isFatal: false } : okProbe);
    await run();
    await waitUntil(() => test.notifications.waiting.length > 0);

    const data = { scope: 'all', total: 3, succeeded: 2, failed: 1 };
    expect(test.notifications.waiting).toEqual([
      { kind: 'root-alert', event: { type: 'channels.tested', data } },
    ]);
  });

  it('is ended by a stop of the master', async () => {
    test.probe.answer = () => new Promise(() => undefined);
    await admin().post('/api/channel/test');
    await test.master.stop();

    expect(await readProgress()).toMatchObject({
      isRunning: false,
      problem: 'The run was stopped.',
    });
  });

  describe('with AutomaticDisableChannelEnabled', () => {
    beforeEach(() => {
      test.stored['AutomaticDisableChannelEnabled'] = 'true';
    });

    it('disables what fails for good, and the relays know it', async () => {
      test.probe.answer = async () => fatal;
      const { results } = await run('1');

      expect(results).toMatchObject([{ action: 'disabled', message: 'The key is not valid.' }]);
      expect(statusOf(1)).toBe(channelStatuses.autoDisabled);
      expect(test.published.at(-1)?.channels.find(({ id }) => id === 1)?.status).toBe(3);
      expect(test.audit).toMatchObject([{ action: 'channel.auto-disable', targetId: '1' }]);
      expect(test.logs.rows.map(({ type }) => type)).toEqual([5, 4]);
    });

    it.each([
      ['5', 5100, 'disabled'],
      ['5', 4900, 'none'],
      ['0', 60_000, 'none'],
    ])('with a threshold of %s s an answer in %i ms: %s', async (threshold, durationMs, action) => {
      test.stored['ChannelDisableThreshold'] = threshold;
      test.probe.answer = async () => ({ ...okProbe, durationMs });

      expect((await run('1')).results).toMatchObject([{ action }]);
    });

    it('leaves a channel that fails for now, and one that a person disabled', async () => {
      test.probe.answer = async () => ({ ...fatal, isFatal: false });
      expect((await run('1')).results).toMatchObject([{ action: 'none', isOk: false }]);
      test.probe.answer = async () => fatal;
      await run('2');

      expect([statusOf(1), statusOf(2)]).toEqual([1, 2]);
    });
  });

  it('changes nothing while the options are off', async () => {
    await run();
    test.probe.answer = async () => fatal;
    await run();

    expect([1, 2, 3].map(statusOf)).toEqual([1, 2, 3]);
    expect(test.published).toEqual([]);
  });

  it('with AutomaticEnableChannelEnabled enables what the system disabled, not what a person did', async () => {
    test.stored['AutomaticEnableChannelEnabled'] = 'true';
    const { results } = await run();

    expect(results.filter(({ action }) => action === 'enabled')).toMatchObject([{ channelId: 3 }]);
    expect([1, 2, 3].map(statusOf)).toEqual([1, 2, 1]);
    expect(test.published.at(-1)?.channels.find(({ id }) => id === 3)?.status).toBe(1);
  });

  it('does not enable what would be too slow', async () => {
    Object.assign(test.stored, {
      AutomaticEnableChannelEnabled: 'true',
      ChannelDisableThreshold: '1',
    });
    await run('3');

    expect(statusOf(3)).toBe(3);
  });
});

describe('the schedule', () => {
  it('tests all channels where an interval is set, and skips a turn while a run is under way', async () => {
    expect(test.master.jobs.map(({ name }) => name)).not.toContain('test-channels');
    test = await openMaster({ channelTestIntervalMs: 60_000 });
    await test.channels.createMany([{ key: 'a' }]);
    const job = test.master.jobs.find(({ name }) => name === 'test-channels')!;
    let calls = 0;
    test.probe.answer = async () => {
      calls += 1;
      return okProbe;
    };
    await Promise.all([job.run(), job.run()]);

    expect([job.intervalMs, calls]).toEqual([60_000, 1]);
  });
});

describe('what relays report', () => {
  const report = { channelId: 1, channelName: 'enabled', reason: 'invalid key' };

  it('disables a channel once, however many requests fail, and publishes it', async () => {
    test.stored['AutomaticDisableChannelEnabled'] = 'true';
    for (let count = 0; count < 50; count += 1) test.master.channelHealth.reportFatalError(report);
    await waitUntil(async () => test.audit.length > 0);
    test.master.channelHealth.reportFatalError(report);
    await test.master.stop();

    expect(statusOf(1)).toBe(channelStatuses.autoDisabled);
    expect(test.audit).toHaveLength(1);
    expect(test.published).toHaveLength(1);
    expect(test.logs.rows).toMatchObject([{ type: 4, channel: 1 }]);
    expect(test.logs.rows[0]?.content).toContain('invalid key');
  });

  it('changes nothing while the option is off', async () => {
    test.master.channelHealth.reportFatalError(report);
    await test.master.stop();

    expect(statusOf(1)).toBe(1);
  });

  it('never throws, not even when the database is away', async () => {
    test.stored['AutomaticDisableChannelEnabled'] = 'true';
    test.channels.setStatus = () => Promise.reject(new Error('database away'));
    test.master.channelHealth.reportFatalError(report);

    await expect(test.master.stop()).resolves.toBeUndefined();
  });
});
