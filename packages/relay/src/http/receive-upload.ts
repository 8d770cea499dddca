import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import {
  MultipartScanner,
  readBoundary,
  readFormRequest,
  setFormFields,
  type BodyFacts,
  type FormBody,
} from '@turnpike/adaptors';
import type { Operation } from '@turnpike/core';
import type { RelaySettings } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import { tooLarge } from './too-large.ts';
import { UploadStore, type FileContent } from './upload-store.ts';

/** Sixteen pictures may be edited at once; more files than that are no request of this kind. */
const MAX_FILES = 16;
const MAX_PARTS = 64;

/** A multipart request that was received whole. */
export interface Upload {
  facts: BodyFacts;
  /** With the client's boundary. */
  contentType: string;
  /** What a field that is no file says; undefined where there is none. */
  field(name: string): string | undefined;
  /** The form as one upstream gets it: with its name of the model, and other values of some fields. As often as needed. */
  read(
    upstreamModel: string,
    others?: ReadonlyMap<string, string>,
  ): { body: Buffer | Readable; byteLength: number };
  /** The last file of a name: its bytes, or where they are until the upload is discarded. */
  locate(name: string): FileContent | undefined;
  discard(): Promise<void>;
}

/**
 * Receives a form: small ones in memory, larger ones in a temporary file, which is written no faster than the disk allows.
 *
 * @throws `invalid_request` for what is no form, `request_too_large`
 */
export async function receiveUpload(
  request: IncomingMessage,
  operation: Operation,
  settings: RelaySettings,
): Promise<Upload> {
  const contentType = request.headers['content-type'] ?? '';
  const scanner = new MultipartScanner(readBoundary(contentType), {
    maxFileBytes: settings.maxUploadBytes,
    maxParts: MAX_PARTS,
  });
  const store = new UploadStore(settings.temporaryDirectory, createRequestId());
  const limitBytes = settings.maxUploadBytes * MAX_FILES;
  try {
    if (Number(request.headers['content-length']) > limitBytes) throw tooLarge(limitBytes);
    for await (const chunk of request as AsyncIterable<Buffer>) {
      scanner.push(chunk);
      if (store.byteLength + chunk.length > limitBytes) throw tooLarge(limitBytes);
      await store.append(chunk);
    }
    const form = scanner.end();
    return toUpload(readFormRequest(operation, form), form, store, contentType);
  } catch (error) {
    await store.discard();
    throw error;
  }
}

function toUpload(
  facts: BodyFacts,
  form: FormBody,
  store: UploadStore,
  contentType: string,
): Upload {
  return {
    facts,
    contentType,
    field: (name) => form.parts.findLast((part) => part.name === name)?.value,
    read(upstreamModel, others) {
      const values = new Map(others);
      const isModelRight =
        !facts.isModelImplied && facts.model === upstreamModel && facts.duplicatedKeys.length === 0;
      if (!isModelRight) values.set('model', upstreamModel);
      const { segments, byteLength } =
        values.size === 0
          ? { segments: [{ start: 0, end: form.byteLength }], byteLength: form.byteLength }
          : setFormFields(form, values);
      return { body: store.read(segments), byteLength };
    },
    locate(name) {
      const part = form.parts.findLast((each) => each.name === name && each.filename !== undefined);
      return part && store.locate({ start: part.valueStart, end: part.valueEnd });
    },
    discard: () => store.discard(),
  };
}
