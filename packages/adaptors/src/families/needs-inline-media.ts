import type { Family } from '@turnpike/core';
import type { Dialect } from '../codec.ts';
import { modelFactsOf } from './gemini/model-facts.ts';

/** An address that anybody may fetch; vendors have others for what they store. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/** Whether a model of this upstream takes no file of the web by its address, but only in the request. */
export function needsInlineMedia(family: Family, dialect: Dialect, model: string): boolean {
  switch (family) {
    case 'openai-chat':
      return dialect.chat?.(model).needsInlineMedia === true;
    case 'anthropic':
      return dialect.messages?.needsInlineMedia === true;
    case 'gemini':
      return dialect.gemini?.takesUrls !== true && modelFactsOf(model).generation === 'old';
    case 'openai-responses':
      return false;
  }
}
