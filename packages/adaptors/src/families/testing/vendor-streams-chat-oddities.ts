import { call, chunk, end, figures, head, usage } from './chat-chunks.ts';
import type { VendorStream } from './vendor-stream.ts';

/** A choice without what usually stands beside its delta. */
const bare = (choice: object, rest: object = {}): object => ({
  ...head,
  choices: [choice],
  ...rest,
});

const answer = (message: object, more: object = {}): object => ({
  ...head,
  object: 'chat.completion',
  choices: [
    { index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...more },
  ],
  usage: usage(9, 4),
});

const counted = { input: 9, output: 4 };
const asked = { name: 'f', input: { a: 1 } };

/** Chat that is taken lightly: what members lack, stand elsewhere, or come as another type. */
export const chatOddities: readonly VendorStream[] = [
  {
    name: 'NVIDIA: figures that are null, reasons that are empty, a role in every chunk',
    events: [
      chunk({ role: 'assistant', content: null }, { finish_reason: '' }, { usage: null }),
      chunk({ role: 'assistant', content: 'Hi' }, { finish_reason: '' }, { usage: null }),
      chunk({ role: 'assistant', content: '' }, { finish_reason: 'stop' }, { usage: usage(9, 4) }),
    ],
    says: { ...counted, text: 'Hi' },
  },
  {
    name: 'StepFun: figures from the first chunk on, and zeros behind them',
    events: [
      chunk({ role: 'assistant', content: '' }, {}, { usage: usage(9, 0) }),
      chunk({ content: 'Hi' }, {}, { usage: usage(9, 4) }),
      end('stop', { usage: usage(0, 0) }),
      figures(0, 0),
    ],
    says: { ...counted, text: 'Hi' },
  },
  {
    name: 'SiliconFlow: figures that grow, words and thoughts as null by turns',
    events: [
      chunk(
        { role: 'assistant', content: null, reasoning_content: 'Hm' },
        {},
        { usage: usage(9, 1) },
      ),
      chunk({ content: null, reasoning_content: '.' }, {}, { usage: usage(9, 2) }),
      chunk({ content: 'Hi', reasoning_content: null }, {}, { usage: usage(9, 3) }),
      end('stop', { usage: usage(9, 4) }),
    ],
    says: { ...counted, text: 'Hi', thoughts: 'Hm.' },
  },
  {
    name: 'a server without numbers: choices and calls have no index',
    events: [
      bare({ delta: { role: 'assistant', content: 'I ' } }),
      bare({ delta: { content: 'look.' } }),
      bare({ delta: { tool_calls: [call(undefined, 'call_1', 'f', '{"a"')] } }),
      bare({ delta: { tool_calls: [{ function: { arguments: ':1}' } }] } }),
      bare({ delta: {}, finish_reason: 'tool_calls' }, { usage: usage(9, 4) }),
    ],
    says: { ...counted, text: 'I look.', calls: [asked] },
  },
  {
    name: 'nothing where lists and objects belong',
    events: [
      chunk({ role: 'assistant', content: 'Hi', tool_calls: null, function_call: null }),
      { ...head, choices: null },
      chunk(null),
      { ...head, choices: null, usage: null },
      { ...head },
      end('stop'),
      { ...head, choices: null, usage: usage(9, 4) },
    ],
    says: { ...counted, text: 'Hi' },
  },
  {
    name: 'a server’s own words between chunks',
    events: [
      { type: 'status', status: 'queued', position: 2 },
      chunk({ role: 'assistant', content: 'Hi' }),
      { type: 'status', status: 'running' },
      end('stop'),
      figures(9, 4),
    ],
    says: { ...counted, text: 'Hi' },
  },
  {
    name: 'SGLang: arguments as an object, all at once',
    events: [
      chunk({ role: 'assistant', content: '' }),
      chunk({
        tool_calls: [
          {
            index: 0,
            id: 'call_1',
            type: 'function',
            function: { name: 'f', arguments: { a: 1 } },
          },
        ],
      }),
      end('tool_calls'),
      figures(9, 4),
    ],
    whole: answer(
      {
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'f', arguments: { a: 1 } } },
        ],
      },
      { finish_reason: 'tool_calls' },
    ),
    says: { ...counted, calls: [asked] },
  },
  {
    name: 'Doubao: id, type and an empty name in every fragment of a call',
    events: [
      chunk({ role: 'assistant', content: '', tool_calls: [call(0, 'call_1', 'f', '')] }),
      chunk({ role: 'assistant', content: '', tool_calls: [call(0, 'call_1', '', '{"a"')] }),
      chunk({ role: 'assistant', content: '', tool_calls: [call(0, 'call_1', '', ':1}')] }),
      end('tool_calls', { usage: null }),
      figures(9, 4),
    ],
    says: { ...counted, calls: [asked] },
  },
  {
    name: 'messages where deltas belong',
    events: [
      bare({ index: 0, message: { role: 'assistant', content: 'Good ' }, finish_reason: null }),
      bare({ index: 0, message: { content: 'day.' }, finish_reason: null }),
      bare({ index: 0, message: { content: '' }, finish_reason: 'stop' }, { usage: usage(9, 4) }),
    ],
    says: { ...counted, text: 'Good day.' },
  },
  {
    name: 'the whole answer as the one event of a stream',
    events: [answer({ content: 'Hi', reasoning_content: 'Hm.' })],
    whole: answer({ content: 'Hi', reasoning_content: 'Hm.' }),
    says: { ...counted, text: 'Hi', thoughts: 'Hm.' },
  },
  {
    name: 'the whole answer as the one event, with a call',
    events: [
      answer(
        { content: null, tool_calls: [call(undefined, 'call_1', 'f', '{"a":1}')] },
        { finish_reason: 'tool_calls' },
      ),
    ],
    says: { ...counted, calls: [asked] },
  },
  {
    name: 'Spark: a code for success, no reason to finish',
    events: [
      {
        code: 0,
        message: 'Success',
        sid: 'cha1',
        id: 'cha1',
        choices: [{ delta: { role: 'assistant', content: 'Hi' }, index: 0 }],
      },
      {
        code: 0,
        message: 'Success',
        sid: 'cha1',
        id: 'cha1',
        choices: [{ delta: { role: 'assistant', content: '' }, index: 0 }],
        usage: usage(9, 4),
      },
    ],
    says: { ...counted, text: 'Hi' },
  },
  {
    name: 'Hunyuan: a note in every chunk, a byte-order mark before all of them',
    lead: '\ufeff',
    events: [
      chunk(
        { role: 'assistant', content: 'Hi' },
        {},
        { note: '以上内容为AI生成', moderation_level: '' },
      ),
      chunk({ role: 'assistant', content: '' }, { finish_reason: 'stop' }, { usage: usage(9, 4) }),
    ],
    says: { ...counted, text: 'Hi' },
  },
  {
    name: 'Cloudflare: padding, and its own word for the answer beside chat’s',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }, {}, { p: 'abcdefghijkl' }),
      end('stop', { p: 'abc' }),
      { ...head, choices: [], response: '', usage: usage(9, 4), p: '' },
    ],
    says: { ...counted, text: 'Hi' },
  },
];

/** Failures that come with a good status, in the words of those who answer so. */
export const chatFailures: readonly VendorStream[] = [
  {
    name: 'Qianfan: an error by its own members',
    events: [{ error_code: 336_003, error_msg: 'invalid messages', id: 'as-1' }],
    says: { fails: 400 },
  },
  {
    name: 'Hunyuan: an error by its own members, in the middle',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }),
      { Note: '', ErrorMsg: { Msg: 'service overload', Code: 4001 } },
    ],
    says: { fails: 503 },
  },
  {
    name: 'Tencent Cloud: an error as all its services tell one',
    events: [{ Response: { Error: { Code: 'InvalidParameter', Message: 'no' }, RequestId: 'r' } }],
    says: { fails: 400 },
  },
  {
    name: 'Cloudflare: a list of errors',
    events: [
      {
        success: false,
        errors: [{ code: 5007, message: 'No such model' }],
        result: {},
        messages: [],
      },
    ],
    says: { fails: 500 },
  },
  {
    name: 'Bailian: a code and a message',
    events: [{ code: 'InvalidParameter', message: 'url error', request_id: 'r' }],
    says: { fails: 400 },
  },
  {
    name: 'SiliconFlow: a number and a message',
    events: [{ code: 20_012, message: 'model does not exist, invalid', data: null }],
    says: { fails: 400 },
  },
  {
    name: 'LM Studio: an event that is called an error, whose data is mere words',
    events: [chunk({ role: 'assistant', content: 'Hi' })],
    terminal: 'event: error\ndata: The model has crashed.\n\n',
    says: { fails: 500 },
  },
  {
    name: 'llama.cpp: an error as a field of the event',
    events: [chunk({ role: 'assistant', content: 'Hi' })],
    terminal: 'error: {"code":500,"message":"slot is gone","type":"server_error"}\n\n',
    says: { fails: 500 },
  },
];
