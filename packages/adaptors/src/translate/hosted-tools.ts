/**
 * Whether tools that one vendor runs may run as another one's. What such a tool keeps belongs to one account, so it is for
 * a channel's owner to allow: config `translate_hosted_tools`.
 */
export function mayTranslateHosted({
  config,
}: {
  config: Readonly<Record<string, unknown>>;
}): boolean {
  return config['translate_hosted_tools'] === true;
}
