import { madeHereMark } from '../../families/anthropic/made-here.ts';
import { asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** A picture of an answer as a block: its bytes, or where it was stored. One that could not be made is no picture. */
export function toImageBlock(image: JsonObject): JsonObject {
  const id = madeHereMark;
  const source = asObject(image['source']);
  const data = asText(source?.['bytes']);
  const url = asText(asObject(source?.['s3Location'])?.['uri']);
  if (data !== undefined) {
    const media_type = `image/${asText(image['format']) ?? 'png'}`;
    return { type: 'image', id, source: { type: 'base64', media_type, data } };
  }
  if (url === undefined) return { type: 'image', id };
  return { type: 'image', id, source: { type: 'url', url } };
}
