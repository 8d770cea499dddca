import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { ToSupervisor } from './messages.ts';
import { linkToSupervisor } from './supervisor-link.ts';

function openChannel() {
  const channel = new EventEmitter();
  const sent: ToSupervisor[] = [];
  const send = (message: ToSupervisor): boolean => sent.push(message) > 0;
  return { channel: Object.assign(channel, { send }), sent };
}

describe('linkToSupervisor', () => {
  it('gives each question its own answer, in any order', async () => {
    const { channel, sent } = openChannel();
    const link = linkToSupervisor(channel);
    const readiness = link.readiness();
    const metrics = link.metrics();
    expect(sent).toEqual([
      { turnpike: 'ask', id: 1, what: 'readiness' },
      { turnpike: 'ask', id: 2, what: 'metrics' },
    ]);
    channel.emit('message', { type: 'something of another library' });
    channel.emit('message', { turnpike: 'answer', id: 2, value: 'up 1' });
    channel.emit('message', { turnpike: 'answer', id: 1, value: ['stopping'] });
    expect(await readiness).toEqual(['stopping']);
    expect(await metrics).toBe('up 1');
    link.close();
    expect(channel.listenerCount('message')).toBe(0);
  });

  it('rejects where the supervisor failed to find an answer', async () => {
    const { channel } = openChannel();
    const link = linkToSupervisor(channel);
    const metrics = link.metrics();
    channel.emit('message', { turnpike: 'answer', id: 1, value: '', error: 'timed out' });
    await expect(metrics).rejects.toThrow('timed out');
    link.close();
  });

  it('reports how the process is', () => {
    const { channel, sent } = openChannel();
    const link = linkToSupervisor(channel);
    link.report(['no configuration received yet']);
    expect(sent).toEqual([{ turnpike: 'status', obstacles: ['no configuration received yet'] }]);
    link.close();
  });
});
