import { asText, type JsonObject } from '../wire/json-object.ts';

/** A tool as models that were not trained on it must be told about it. */
export interface ToolDescription {
  description: string;
  parameters: JsonObject;
}

const text = { type: 'string' };
const number = { type: 'integer' };

const bash: ToolDescription = {
  description:
    'Runs a command in a bash session that keeps its state between calls, and returns its output.',
  parameters: {
    type: 'object',
    properties: {
      command: { ...text, description: 'The command to run.' },
      restart: { type: 'boolean', description: 'True to start the session anew.' },
    },
  },
};

const textEditor: ToolDescription = {
  description:
    'Views and edits files. `view` shows a file or folder, `create` writes a new file, `str_replace` replaces one exact occurrence, `insert` adds text behind a line.',
  parameters: {
    type: 'object',
    properties: {
      command: { ...text, enum: ['view', 'create', 'str_replace', 'insert'] },
      path: { ...text, description: 'Absolute path of the file or folder.' },
      view_range: { type: 'array', items: number, description: 'First and last line to view.' },
      file_text: { ...text, description: 'With create: what the file shall contain.' },
      old_str: { ...text, description: 'With str_replace: the text to replace.' },
      new_str: { ...text, description: 'With str_replace: what replaces it.' },
      insert_line: { ...number, description: 'With insert: the line to insert behind.' },
      insert_text: { ...text, description: 'With insert: the text.' },
    },
    required: ['command', 'path'],
  },
};

const memory: ToolDescription = {
  description: 'Keeps notes between conversations as files under /memories.',
  parameters: {
    type: 'object',
    properties: {
      command: { ...text, enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
      path: text,
      view_range: { type: 'array', items: number },
      file_text: text,
      old_str: text,
      new_str: text,
      insert_line: number,
      insert_text: text,
      old_path: text,
      new_path: text,
    },
    required: ['command'],
  },
};

const point = { type: 'array', items: number, minItems: 2, maxItems: 2 };

const computer: ToolDescription = {
  description: 'Looks at the screen of a computer and uses its mouse and keyboard.',
  parameters: {
    type: 'object',
    properties: {
      action: {
        ...text,
        description:
          'screenshot, key, type, mouse_move, left_click, right_click, middle_click, double_click, triple_click, left_click_drag, scroll, hold_key, wait, cursor_position …',
      },
      coordinate: { ...point, description: 'x and y in pixels.' },
      start_coordinate: point,
      text: { ...text, description: 'The text to type, or the keys to press.' },
      scroll_direction: { ...text, enum: ['up', 'down', 'left', 'right'] },
      scroll_amount: number,
      duration: { type: 'number', description: 'Seconds.' },
    },
    required: ['action'],
  },
};

const known: readonly (readonly [RegExp, ToolDescription])[] = [
  [/^bash_\d/, bash],
  [/^text_editor_\d/, textEditor],
  [/^memory_\d/, memory],
  [/^computer_\d/, computer],
];

/**
 * What to tell other models about Anthropic's typed tools that the client runs itself.
 *
 * @param raw the tool as it stood in the request
 * @returns undefined for tools that the upstream runs
 */
export function clientToolSchema(raw: JsonObject): ToolDescription | undefined {
  const type = asText(raw['type']) ?? '';
  return known.find(([pattern]) => pattern.test(type))?.[1];
}
