import type { Family } from '@turnpike/core';

/** A stream in the shape in which a vendor sends it, and what it says. */
export interface VendorStream {
  name: string;
  events: readonly object[];
  /** The same answer where no stream is asked for. */
  whole?: object;
  /** What is sent before the first event: comments. */
  lead?: string;
  /** How lines end and fields begin. */
  form?: 'crlf';
  /** What ends the stream, where not its family's marker. */
  terminal?: string;
  says: VendorSaying;
  /** Whose official SDKs make something else of it, or nothing: their own vendor never sends it so. */
  unreadBy?: readonly Family[];
}

export interface VendorSaying {
  text?: string;
  thoughts?: string;
  calls?: readonly { name: string; input: unknown }[];
  /** Canonical; `stop`, or `tool-calls` where there are some. */
  finish?: string;
  input?: number;
  cached?: number;
  output?: number;
  /** Addresses of annotations. */
  sources?: readonly string[];
  /**
   * Addresses that a search of the vendor's found, or that it opened, and that no text names: in Google's protocol they
   * stand with the others, or are read so.
   */
  found?: readonly string[];
  /** Base64. */
  pictures?: readonly string[];
  /** Words of speech: text where a protocol has no sound. */
  spoken?: string;
  /** The status of the error that it ends with. */
  fails?: number;
}
