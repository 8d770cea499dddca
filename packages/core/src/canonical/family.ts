/** The wire families in which conversations are held. Each has a client codec and an upstream codec. */
export const families = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'] as const;

export type Family = (typeof families)[number];

/** A value as it stood in somebody's JSON. */
export type Json = unknown;
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The object that something was decoded from: an encoder of the same family emits it as it was. Dropped as soon as anything in it changes. */
export interface Origin {
  family: Family;
  raw: JsonRecord;
}

/** Members that only one family knows, under its name. An encoder reads its own namespace only. */
export type Extras = Readonly<Partial<Record<Family, JsonRecord>>>;
