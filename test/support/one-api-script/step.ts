import type { Answer, Envelope } from '../one-api-client.ts';

/** Who calls: nobody, one of four accounts by access token, alice by her cookie, or a client's key. */
export type Who = 'guest' | 'root' | 'admin' | 'alice' | 'bob' | 'cookie' | 'key';

/** What earlier calls found out, by name: ids, keys, codes. */
export type Findings = Record<string, string | number>;

export interface Step {
  who: Who;
  /** Method and path; `{name}` stands for something that was found. */
  call: string;
  /** Text goes as it is; in an object `{name}` stands for something that was found. */
  body?: object | string;
  status: number;
  /** In the envelope; undefined: the answer has none. */
  success?: boolean;
  /** What else must hold; may note what later steps need. @throws when it does not */
  check?: (body: Envelope, found: Findings, answer: Answer) => void;
}

type Body = Step['body'];
type Check = Step['check'];

/** A call that One API answers with 200 and `success: true`. */
export const ok = (who: Who, call: string, body?: Body, check?: Check): Step => ({
  ...{ who, call, status: 200, success: true },
  ...(body !== undefined && { body }),
  ...(check !== undefined && { check }),
});

/** A call that One API refuses with 200 and `success: false`. */
export const no = (who: Who, call: string, body?: Body): Step => ({
  ...{ who, call, status: 200, success: false },
  ...(body !== undefined && { body }),
});

/** A call with another status, or outside the envelope. */
export const other = (
  who: Who,
  call: string,
  status: number,
  { body, check, success }: Partial<Pick<Step, 'body' | 'check' | 'success'>> = {},
): Step => ({
  ...{ who, call, status },
  ...(body !== undefined && { body }),
  ...(check !== undefined && { check }),
  ...(success !== undefined && { success }),
});

/** The text with everything that was found in its place. @throws for a name that nothing was found under */
export function fillIn(text: string, found: Findings): string {
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = found[name];
    if (value === undefined) throw new Error(`no step before found {${name}}`);
    return String(value);
  });
}
