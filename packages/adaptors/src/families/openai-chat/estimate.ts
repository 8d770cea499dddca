import type { Operation, UsageEstimate } from '@turnpike/core';
import type { JsonProbe } from '../../wire/json-probe.ts';

/** What a reservation is sized by. Nothing is tokenized: byte lengths and counts only. */
export interface RequestSize {
  operation: Operation;
  probe: JsonProbe;
  model: string;
  declaredOutput: number | undefined;
  choices: number;
}

export interface Estimates {
  /** What the request probably uses. */
  soft: UsageEstimate;
  /** What it can use at most; remote things are taken at the largest context window. */
  hard: UsageEstimate;
}

/** Tokens that an answer without a declared limit is expected to have. */
const undeclaredOutput = 1024;

/** A token of text is three bytes or more on average, and never less than one. */
const softBytesPerToken = 3;

/** Tokens that a picture costs: a common one in high detail, and the most that any size costs. */
const imageTokens = { soft: 1105, hard: 5000 };
/** gpt-4o-mini charges pictures some 33 times as many tokens, at the same bill: 8 tiles and the base at most. */
const miniImageTokens = { soft: 36_835, hard: 48_169 };
/** Tokens of one picture that is made, where a model bills them: medium quality as a rule, high and oblong at most. */
const drawnTokens = { soft: 1056, hard: 6240 };
/** Base64 audio: 10 tokens a second at 64 kbit/s; at most 32 tokens a second at 8 kbit/s. */
const audioTokensPerByte = { soft: 10 / 10_667, hard: 32 / 1333 };
/** Base64 documents: a page of some 50 KB is about 1 500 tokens; at most all of it is text. */
const fileTokensPerByte = { soft: 1500 / 66_667, hard: 1 };
/** Anything that is only named here: a picture, as a rule; at most a whole context window. */
const remoteTokens = { soft: 1105, hard: 1_000_000 };

/**
 * Audio tokens that reading a byte of text aloud takes, where a model bills them: 21 a second, some 15 letters a second;
 * slow, and in a script of three bytes a sign, at most three times as many.
 */
const spokenTokensPerByte = { soft: 1.4, hard: 4 };

/** Speech in an upload: 64 kbit/s as a rule, 6 kbit/s (Opus at its lowest) at most. */
const uploadBytesPerSecond = { soft: 8000, hard: 750 };

type Mode = 'soft' | 'hard';

/** Sizes a JSON request for its reservation. */
export function estimateRequest(size: RequestSize): Estimates {
  return { soft: estimateIn('soft', size), hard: estimateIn('hard', size) };
}

/** Sizes an upload (audio to transcribe, pictures to edit) by its bytes. */
export function estimateUpload(
  operation: Operation,
  upload: { fileBytes: number; files: number; textBytes: number; choices: number },
): Estimates {
  return {
    soft: estimateUploadIn('soft', operation, upload),
    hard: estimateUploadIn('hard', operation, upload),
  };
}

function estimateIn(mode: Mode, size: RequestSize): UsageEstimate {
  const { operation, probe, choices } = size;
  switch (operation) {
    case 'speech': {
      const characters = probe.byteLength(probe.last('input'));
      // The older models bill the text alone.
      const spoken = size.model.startsWith('tts-') ? 0 : characters * spokenTokensPerByte[mode];
      return {
        inputTokens: textTokens(mode, characters),
        outputTokens: Math.ceil(spoken),
        characters,
      };
    }
    case 'image-generation':
    case 'image-edit':
    case 'image-variation':
      return {
        inputTokens: inputTokens(mode, size),
        outputTokens: choices * drawnTokens[mode],
        images: choices,
      };
    case 'embeddings':
    case 'moderations':
      return { inputTokens: inputTokens(mode, size), outputTokens: 0 };
    default:
      return {
        inputTokens: inputTokens(mode, size),
        outputTokens: (size.declaredOutput ?? undeclaredOutput) * choices,
      };
  }
}

function estimateUploadIn(
  mode: Mode,
  operation: Operation,
  upload: { fileBytes: number; files: number; textBytes: number; choices: number },
): UsageEstimate {
  const inputTokens = textTokens(mode, upload.textBytes);
  if (operation === 'image-edit' || operation === 'image-variation') {
    return {
      inputTokens: inputTokens + upload.files * imageTokens[mode],
      outputTokens: upload.choices * drawnTokens[mode],
      images: upload.choices,
    };
  }
  const seconds = Math.ceil(upload.fileBytes / uploadBytesPerSecond[mode]);
  // Some ten tokens of audio a second go in, and some five of text come out.
  return { inputTokens: inputTokens + seconds * 10, outputTokens: seconds * 5, seconds };
}

function inputTokens(mode: Mode, { probe, model }: RequestSize): number {
  const { media } = probe;
  const inlineBytes = media.inlineImageBytes + media.inlineAudioBytes + media.inlineFileBytes;
  const image = model.startsWith('gpt-4o-mini') ? miniImageTokens : imageTokens;
  const isStored = ['previous_response_id', 'previous_interaction_id'].some(
    (key) => probe.last(key)?.kind === 'string',
  );
  return Math.ceil(
    textTokens(mode, probe.body.length - inlineBytes) +
      media.inlineImages * image[mode] +
      media.inlineAudioBytes * audioTokensPerByte[mode] +
      media.inlineFileBytes * fileTokensPerByte[mode] +
      (media.remote + (isStored ? 1 : 0)) * remoteTokens[mode],
  );
}

function textTokens(mode: Mode, bytes: number): number {
  return mode === 'soft' ? Math.ceil(bytes / softBytesPerToken) : bytes;
}
