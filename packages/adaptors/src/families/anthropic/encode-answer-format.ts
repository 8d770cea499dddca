import type { OutputFormat } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { cleanSchema } from './clean-schema.ts';

/** How an answer of a certain form is asked for: by the model's own means, by a tool that is the answer, or in words. */
export interface AnswerFormat {
  format?: JsonObject;
  tools: readonly JsonObject[];
  /** The tool whose arguments are the answer. */
  answerTool?: string;
  hint?: string;
}

const answerTool = 'json';

export function encodeAnswerFormat(
  format: OutputFormat | undefined,
  hasStructuredOutput: boolean,
  losses: LossList,
): AnswerFormat {
  switch (format?.type) {
    case undefined:
    case 'text':
      return { tools: [] };
    case 'json':
      losses.add('warn', 'approximated', 'output.format', 'JSON is asked for in words');
      return { tools: [], hint: 'Reply with one JSON object only.' };
    case 'json-schema':
      if (hasStructuredOutput) {
        return {
          tools: [],
          format: { type: 'json_schema', schema: cleanSchema(format.schema) },
        };
      }
      losses.add('info', 'approximated', 'output.format', 'the answer comes as the call of a tool');
      return {
        tools: [
          defined({
            name: answerTool,
            description: format.description ?? 'Respond with a JSON object.',
            input_schema: { ...format.schema, type: 'object' },
          }),
        ],
        answerTool,
      };
  }
}
