import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { listRecordings, toWire, type Recording } from './recordings.ts';
import { sendInPieces } from './send-in-pieces.ts';

/** An upstream that answers with recordings: which one, the model's name says. */
export interface ReplayUpstream {
  url: string;
  close(): Promise<void>;
}

/** The model by which a recording is asked for. The dot makes it one of Bedrock's own names, too. */
export function modelOf({ name, form }: Recording): string {
  // How some models answer is known by their names.
  const isMagistral = form === 'openai-chat' && name.endsWith('mistral-reasoning');
  return `${isMagistral ? 'magistral-' : ''}rec.${name.replaceAll('/', '_').toLowerCase()}`;
}

export async function startReplayUpstream(): Promise<ReplayUpstream> {
  const recordings = new Map(listRecordings().map((one) => [modelOf(one), one]));
  const server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const said = decodeURIComponent(request.url ?? '') + body.toString();
      const model = /(?:magistral-)?rec\.[\w.-]+/.exec(said)?.[0] ?? '';
      const recording = recordings.get(model);
      if (recording === undefined) response.writeHead(404).end(`nothing is recorded as ${model}`);
      else await send(response, recording);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(response: ServerResponse, recording: Recording): Promise<void> {
  const isAws = recording.form === 'bedrock-converse';
  response.writeHead(200, {
    'content-type': isAws ? 'application/vnd.amazon.eventstream' : 'text/event-stream',
  });
  await sendInPieces(response, toWire(recording));
}
