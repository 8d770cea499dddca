/** One exchange, in words of no protocol: what a client asks, and what the model answers. */
export interface Scene {
  name: string;
  question: Question;
  answer: Answer;
  /** What every upstream must find in the request, however it is written there. */
  mustReach: readonly string[];
}

export interface Question {
  system?: string;
  turns: readonly Turn[];
  tools?: readonly Tool[];
  /** The answer must be JSON of this shape. */
  schema?: object;
}

export type Turn =
  | { from: 'user'; text: string; imageBase64?: string; pdfBase64?: string }
  | { from: 'model'; text?: string; calls: readonly Call[] }
  | { from: 'tools'; results: readonly { id: string; name: string; text: string }[] };

export interface Tool {
  name: string;
  description: string;
  parameters: object;
}

export interface Call {
  id: string;
  name: string;
  input: Readonly<Record<string, unknown>>;
}

export interface Answer {
  thoughts?: string;
  text?: string;
  calls?: readonly Call[];
  end: 'stop' | 'length' | 'calls';
}

/** The same bill in every scene: 20 tokens in, 5 of them from a cache; 7 out, 2 of them thoughts. */
export const bill = { input: 20, cached: 5, output: 7, thoughts: 2 };

/** A picture of one pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const pdf = Buffer.from('%PDF-1.4\n%%EOF').toString('base64');

const weather: Tool = {
  name: 'get_weather',
  description: 'Tells the weather.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'Name of a city' } },
    required: ['city'],
  },
};

const paris: Call = { id: 'call_paris1', name: 'get_weather', input: { city: 'Paris' } };
const oslo: Call = { id: 'call_oslo22', name: 'get_weather', input: { city: 'Øslo "N"' } };

function ask(text: string, more: Partial<Question> = {}): Question {
  return { turns: [{ from: 'user', text }], ...more };
}

export const scenes: readonly Scene[] = [
  {
    name: 'text',
    question: ask('What is a toll?', { system: 'Answer briefly.' }),
    answer: { text: 'Ein Zoll für die Straße. 🛣️', end: 'stop' },
    mustReach: ['What is a toll?', 'Answer briefly.'],
  },
  {
    name: 'length',
    question: ask('Tell me everything.'),
    answer: { text: 'Once upon a', end: 'length' },
    mustReach: ['Tell me everything.'],
  },
  {
    name: 'a tool',
    question: ask('Weather in Paris?', { tools: [weather] }),
    answer: { text: 'Let me look.', calls: [paris], end: 'calls' },
    mustReach: ['get_weather', 'Name of a city'],
  },
  {
    name: 'parallel tools',
    question: ask('Weather in Paris and Oslo?', { tools: [weather] }),
    answer: { calls: [paris, oslo], end: 'calls' },
    mustReach: ['get_weather'],
  },
  {
    name: 'tool results',
    question: {
      turns: [
        { from: 'user', text: 'Weather in Paris and Oslo?' },
        { from: 'model', text: 'Let me look.', calls: [paris, oslo] },
        {
          from: 'tools',
          results: [
            { id: paris.id, name: paris.name, text: 'sunny there' },
            { id: oslo.id, name: oslo.name, text: 'snowy there' },
          ],
        },
      ],
      tools: [weather],
    },
    answer: { text: 'Sun and snow.', end: 'stop' },
    mustReach: ['Weather in Paris and Oslo?', 'Let me look.', 'sunny there', 'snowy there'],
  },
  {
    name: 'reasoning',
    question: ask('How many cars?'),
    answer: { thoughts: 'Two axles each.', text: 'Twelve.', end: 'stop' },
    mustReach: ['How many cars?'],
  },
  {
    name: 'an image',
    question: { turns: [{ from: 'user', text: 'What is on it?', imageBase64: pixel }] },
    answer: { text: 'A pixel.', end: 'stop' },
    mustReach: ['What is on it?', pixel],
  },
  {
    name: 'a document',
    question: { turns: [{ from: 'user', text: 'Sum it up.', pdfBase64: pdf }] },
    answer: { text: 'Nothing.', end: 'stop' },
    mustReach: ['Sum it up.', pdf],
  },
  {
    name: 'structured output',
    question: ask('A toll as JSON.', {
      schema: {
        type: 'object',
        properties: { euros: { type: 'number' } },
        required: ['euros'],
        additionalProperties: false,
      },
    }),
    answer: { text: '{"euros":3}', end: 'stop' },
    mustReach: ['A toll as JSON.', 'euros'],
  },
];
