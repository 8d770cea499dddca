/** Languages in which the gateway writes to people. */
export type Language = 'en' | 'zh';

/** The language that an `Accept-Language` header asks for: Chinese where it begins with `zh`, else English. */
export function readLanguage(acceptLanguage: string | undefined): Language {
  return /^\s*zh/i.test(acceptLanguage ?? '') ? 'zh' : 'en';
}
