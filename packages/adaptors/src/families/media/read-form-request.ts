import type { Operation } from '@turnpike/core';
import type { FormBody, FormPart } from '../../wire/multipart-scanner.ts';
import { estimateUpload } from '../openai-chat/estimate.ts';
import { defaultModels, type BodyFacts } from '../openai-chat/read-request.ts';
import { refuse } from '../openai-chat/refuse.ts';

/** Files without which an operation makes no sense. */
const neededFiles: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  transcription: ['file'],
  translation: ['file'],
  'image-edit': ['image', 'image[]'],
  'image-variation': ['image', 'image[]'],
};

/**
 * Reads what must be known of an upload. Of a field that occurs twice the last counts; the model is written into all.
 *
 * @throws `invalid_request` with `param`
 */
export function readFormRequest(operation: Operation, form: FormBody): BodyFacts {
  const needed = neededFiles[operation];
  const file = needed?.[0];
  if (file !== undefined && !form.parts.some(({ name }) => needed?.includes(name))) {
    throw refuse(file, 'is required', '为必填项');
  }
  const named = readField(form, 'model');
  const model = named ?? defaultModels[operation];
  if (model === undefined) throw refuse('model', 'is required', '为必填项');
  const choices = readCount(form);
  const files = form.parts.filter(({ filename }) => filename !== undefined);
  const fileBytes = files.reduce((sum, part) => sum + byteLengthOf(part), 0);
  const textBytes = form.parts.reduce((sum, part) => sum + byteLengthOf(part), 0) - fileBytes;
  return {
    model,
    isModelImplied: named === undefined,
    isStream: readField(form, 'stream') === 'true',
    wantsUsage: true,
    hasTextOutput: false,
    declaredOutput: undefined,
    choices,
    serviceTier: undefined,
    affinityKey: undefined,
    size: readField(form, 'size') ?? '',
    quality: readField(form, 'quality') ?? '',
    duplicatedKeys: form.parts.filter(({ name }) => name === 'model').length > 1 ? ['model'] : [],
    estimate: estimateUpload(operation, { fileBytes, files: files.length, textBytes, choices }),
  };
}

function readField(form: FormBody, name: string): string | undefined {
  const value = form.parts.findLast((part) => part.name === name)?.value?.trim();
  return value === '' ? undefined : value;
}

function readCount(form: FormBody): number {
  const n = Number(readField(form, 'n') ?? '1');
  if (!Number.isInteger(n) || n < 1 || n > 128) {
    throw refuse('n', 'must be a whole number between 1 and 128', '必须是 1 到 128 之间的整数');
  }
  return n;
}

function byteLengthOf(part: FormPart): number {
  return part.valueEnd - part.valueStart;
}
