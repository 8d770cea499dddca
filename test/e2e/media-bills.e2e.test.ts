import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  makeM4a,
  makeMp3,
  makeOgg,
  makeWav,
  makeWebm,
} from '../../packages/relay/src/audio/testing/make-audio.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let server: Server;
let answer: { type: string; body: string };

/** What is said of no recording, speech or picture is measured here. Most upstreams are OpenAI's copies, and count nothing. */
beforeAll(async () => {
  world = await startWorld();
  server = createServer((request, response) => {
    void buffer(request).then(() => {
      response.writeHead(200, { 'content-type': answer.type }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await world.admin.updateChannel(world.channel.id, {
    base_url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    models: 'whisper-1,gpt-4o-transcribe,gpt-4o-mini-tts,tts-1,gpt-image-1',
  });
});
afterAll(async () => {
  await world.stop();
  server.closeAllConnections();
  server.close();
});

async function spent(act: () => Promise<Response>): Promise<number> {
  const before = (await world.admin.getSelf()).used_quota;
  const response = await act();
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return (await world.admin.getSelf()).used_quota - before;
}

function transcribe(model: string, file: Buffer, format: string): Promise<Response> {
  const form = new FormData();
  form.set('model', model);
  form.set('response_format', format);
  form.set('file', new Blob([new Uint8Array(file)]), 'recording.bin');
  return fetch(`${world.gateway.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token.key}` },
    body: form,
  });
}

function post(path: string, body: object): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('a recording that is transcribed', () => {
  it.each([
    ['wav', makeWav(12.5), 625],
    ['wav of a disc', makeWav(12.5, 44_100), 625],
    ['wav above a mebibyte, from the disk', makeWav(60), 3000],
    ['mp3', makeMp3(60), 3001],
    ['ogg', makeOgg(12.5), 625],
    ['m4a', makeM4a(12.5), 625],
    ['webm as browsers record it', makeWebm(12.5, true), 624],
    ['no audio that anybody knows: 64 kbit/s', Buffer.alloc(80_000, 1), 500],
  ])('costs what its container says: %s', async (_name, file, quota) => {
    // $0.006 a minute are 50 units a second.
    answer = { type: 'text/plain; charset=utf-8', body: 'one two three' };
    expect(await spent(() => transcribe('whisper-1', file, 'text'))).toBe(quota);
  });

  it.each([
    ['duration', { text: 'a', duration: 20.04 }],
    ['duration as text', { text: 'a', duration: '20.04' }],
    ['usage', { text: 'a', usage: { type: 'duration', seconds: 20.04 } }],
    ['usage above all', { text: 'a', duration: 5, usage: { type: 'duration', seconds: 20.04 } }],
  ])('costs what the upstream says where it does, by its %s', async (_where, body) => {
    answer = { type: 'application/json', body: JSON.stringify(body) };
    expect(await spent(() => transcribe('whisper-1', makeWav(3), 'verbose_json'))).toBe(1002);
  });

  it('costs the tokens that were counted where its model is billed by them', async () => {
    const usage = { input_tokens: 30, output_tokens: 10, total_tokens: 40 };
    const details = { input_token_details: { audio_tokens: 20, text_tokens: 10 } };
    answer = {
      type: 'application/json',
      body: JSON.stringify({ text: 'a', usage: { ...usage, ...details } }),
    };
    // 10 × 1.25 + 20 × 3 + 10 × 5
    expect(await spent(() => transcribe('gpt-4o-transcribe', makeWav(3), 'json'))).toBe(123);
  });

  it('is not free where nobody counted them', async () => {
    answer = { type: 'text/plain', body: 'one two three' };
    // 125 of audio × 3 + 3 of text × 5
    expect(await spent(() => transcribe('gpt-4o-transcribe', makeWav(12.5), 'text'))).toBe(390);
  });
});

describe('a text that is read aloud', () => {
  it('costs its characters, or what its tokens probably were', async () => {
    answer = { type: 'audio/mpeg', body: 'sound' };
    const input = 'word. '.repeat(150);
    // $15 for a million characters
    expect(
      await spent(() => post('/v1/audio/speech', { model: 'tts-1', input, voice: 'ash' })),
    ).toBe(6750);
    const body = { model: 'gpt-4o-mini-tts', input, voice: 'ash' };
    const quota = await spent(() => post('/v1/audio/speech', body));
    // a minute: $0.015, and some $0.0002 for the text
    expect(quota).toBeGreaterThan(7500);
    expect(quota).toBeLessThan(7650);
  });
});

describe('a picture of a model that is billed by tokens', () => {
  it('costs what such pictures have, where nobody counted', async () => {
    answer = { type: 'application/json', body: '{"data":[{"b64_json":"AA"},{"b64_json":"AA"}]}' };
    const body = { model: 'gpt-image-1', prompt: 'a cat', n: 2, quality: 'low', size: '1024x1536' };
    // 2 × 408 × 20
    expect(await spent(() => post('/v1/images/generations', body))).toBe(16_320);
  });
});
