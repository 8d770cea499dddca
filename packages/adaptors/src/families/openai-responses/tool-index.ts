import type { CanonicalRequest, Tool } from '@turnpike/core';
import { asText } from '../../wire/json-object.ts';
import { builtInToolOf, type BuiltInTool } from './built-in-tools.ts';

/** What a call is shown as to a client: which kind of item, and the name that the client gave the tool. */
export type CalledTool =
  | { as: 'function'; name: string; namespace?: string }
  | { as: 'custom'; name: string; namespace?: string }
  | { as: 'built-in'; tool: BuiltInTool };

/** A tool of a namespace has both names in its own: other protocols know no namespaces. */
export function flatName(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}__${name}`;
}

/** Finds what a called name was declared as. Tools that were never declared are functions. */
export function createToolIndex(request: CanonicalRequest): (name: string) => CalledTool {
  const toolByName = new Map(
    request.tools.flatMap((tool): [string, Tool][] =>
      tool.kind === 'hosted' ? [] : [[tool.name, tool]],
    ),
  );
  return (name) => {
    const tool = toolByName.get(name);
    const builtIn = builtInToolOf(tool);
    if (builtIn !== undefined) return { as: 'built-in', tool: builtIn };
    const as = tool?.kind === 'custom' ? 'custom' : 'function';
    const namespace = asText(tool?.extras?.['openai-responses']?.['namespace']);
    const ownName = namespace === undefined ? name : name.slice(flatName(namespace, '').length);
    return { as, name: ownName, ...(namespace !== undefined && { namespace }) };
  };
}
