import { parentPort, workerData } from 'node:worker_threads';
import { createCapsuleBox, type CanonicalRequest, type SecretKeys } from '@turnpike/core';
import { decodeConversation, encodeConversation } from './conversation.ts';
import { patchBody } from '../pipeline/patch-body.ts';
import { toCarried, type WorkerAnswer, type WorkerQuestion } from './worker-messages.ts';

const { secrets } = workerData as { secrets: SecretKeys };
const capsules = createCapsuleBox(secrets);
/** Conversations that attempts may still ask for. */
const open = new Map<number, CanonicalRequest>();

parentPort?.on('message', (question: WorkerQuestion) => {
  try {
    const answer = answerQuestion(question);
    if (answer === undefined) return;
    // The body's memory goes over as it is; everything else is small.
    parentPort?.postMessage(answer, memoryOf(answer));
  } catch (error) {
    const answer: WorkerAnswer = { id: question.id, kind: 'failed', error: toCarried(error) };
    parentPort?.postMessage(answer);
  }
});

function answerQuestion(question: WorkerQuestion): WorkerAnswer | undefined {
  const { id } = question;
  switch (question.kind) {
    case 'open': {
      const body = toBuffer(question.body);
      const decoded = decodeConversation(body, question.family, question.path, capsules);
      open.set(question.key, decoded.request);
      return {
        id,
        kind: 'opened',
        request: withoutTurns(decoded.request),
        bareCalls: decoded.bareCalls,
      };
    }
    case 'encode': {
      const request = open.get(question.key);
      if (request === undefined) throw new Error('the conversation is closed');
      const made = encodeConversation(request, question.target, question.remembered);
      // Small buffers lie in memory that they share: only one of its own can be moved.
      return { id, kind: 'encoded', made: { ...made, body: new Uint8Array(made.body) } };
    }
    case 'patch': {
      const patched = patchBody(toBuffer(question.body), question.target);
      return { id, kind: 'patched', body: new Uint8Array(patched) };
    }
    case 'close':
      open.delete(question.key);
      return undefined;
  }
}

function memoryOf(answer: WorkerAnswer): ArrayBuffer[] {
  if (answer.kind === 'encoded') return [answer.made.body.buffer as ArrayBuffer];
  return answer.kind === 'patched' ? [answer.body.buffer as ArrayBuffer] : [];
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** What is large stays here: the answer's encoder needs to know that there were instructions, not what they said. */
function withoutTurns(request: CanonicalRequest): CanonicalRequest {
  const isInstructed = request.instructions.length > 0;
  return {
    ...request,
    turns: [],
    instructions: isInstructed ? [{ kind: 'text', text: '', role: 'system' }] : [],
  };
}
