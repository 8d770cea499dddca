/** What Express and its parsers say about an error: they are told by fields, not by class. */
export function readForeignError(thrown: unknown): { type: unknown; status: number } {
  if (typeof thrown !== 'object' || thrown === null) return { type: undefined, status: 0 };
  const type = 'type' in thrown ? thrown.type : undefined;
  const status = 'status' in thrown ? thrown.status : undefined;
  return { type, status: typeof status === 'number' ? status : 0 };
}
