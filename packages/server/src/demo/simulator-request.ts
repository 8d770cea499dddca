import type { IncomingMessage } from 'node:http';
import { parseForm } from './simulator-multipart.ts';
import { readBehaviour, type SimulatedBehaviour } from './simulator-behaviour.ts';

/** A request as the simulated endpoints see it. */
export interface SimulatorInput {
  /** Normalised: `/chat/completions`. */
  path: string;
  method: string;
  label: string;
  /** Without the behaviour behind `@`. */
  model: string;
  body: Readonly<Record<string, unknown>>;
  /** Bytes of the uploaded files. */
  uploadBytes: number;
  behaviour: SimulatedBehaviour;
  key: string;
}

/** What the path alone says. */
export interface SimulatorAddress {
  path: string;
  label: string;
  behaviourText: string;
  deployment: string;
}

/**
 * Splits `/as/<label>/sim/<behaviour>/v1/chat/completions` (first two parts optional) and Azure's
 * `/openai/deployments/<model>/…` into their parts.
 */
export function readAddress(url: string): SimulatorAddress {
  let path = decodeURIComponent(url.split('?')[0] ?? '/');
  const take = (pattern: RegExp): string => {
    const match = pattern.exec(path);
    if (match === null) return '';
    path = path.slice(match[0].length);
    return match[1] ?? '';
  };
  const label = take(/^\/as\/([^/]+)/);
  const behaviourText = take(/^\/sim\/([^/]+)/);
  const deployment = take(/^\/openai\/deployments\/([^/]+)/);
  path = path.replace(/^\/openai(?=\/v1\/)/, '').replace(/^\/v1(?=\/)/, '');
  return { path, label, behaviourText, deployment };
}

/**
 * Reads the body, JSON or multipart, and everything that decides the answer.
 *
 * @throws `SyntaxError` for a body that is not what its content type says
 */
export async function readSimulatorInput(
  request: IncomingMessage,
  address: SimulatorAddress,
): Promise<SimulatorInput> {
  const bytes = await readAll(request);
  const { fields, uploadBytes } = parseBody(request.headers['content-type'] ?? '', bytes);
  const given = typeof fields['model'] === 'string' ? fields['model'] : address.deployment;
  const [model = '', modelText = ''] = given.split('@');
  const behaviour = readBehaviour({
    pathText: address.behaviourText,
    modelText,
    headers: request.headers,
    bodyMember: fields['x_sim'],
  });
  const authorization = request.headers.authorization ?? '';
  const apiKey = request.headers['api-key'];
  return {
    path: address.path,
    method: request.method ?? 'GET',
    label: address.label,
    model,
    body: fields,
    uploadBytes,
    behaviour,
    key: authorization.replace(/^Bearer /, '') || String(apiKey ?? ''),
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface ParsedBody {
  fields: Record<string, unknown>;
  uploadBytes: number;
}

function parseBody(contentType: string, bytes: Buffer): ParsedBody {
  if (contentType.startsWith('multipart/form-data')) return readForm(contentType, bytes);
  if (bytes.length === 0) return { fields: {}, uploadBytes: 0 };
  const parsed: unknown = JSON.parse(bytes.toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new SyntaxError('not an object');
  return { fields: parsed as Record<string, unknown>, uploadBytes: 0 };
}

function readForm(contentType: string, bytes: Buffer): ParsedBody {
  const fields: Record<string, unknown> = {};
  let uploadBytes = 0;
  for (const { name, filename, content } of parseForm(contentType, bytes)) {
    const text = content.toString('utf8');
    if (filename !== undefined) uploadBytes += content.length;
    else fields[name] = name === 'x_sim' ? (JSON.parse(text) as unknown) : text;
  }
  return { fields, uploadBytes };
}
