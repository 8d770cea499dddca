/** Larger is no limit but a mistake (half of 2^31, as in One API). */
export const MAX_OUTPUT_LIMIT = 1_073_741_823;
const MAX_DEPTH = 6;

/** What a parameter is to the gateway, which prices a request before an upstream reads it. */
export type ParameterKind =
  /** The upstream's own business. */
  | { kind: 'free' }
  /** How much may be generated, under any of its names. */
  | { kind: 'output-limit' }
  | { kind: 'refused'; reason: string; reasonZh: string };

/** Spelt as {@link normalise} does. */
const outputLimits: ReadonlySet<string> = new Set([
  'maxtokens',
  'maxcompletiontokens',
  'maxoutputtokens',
]);
/** The same in wires that are vendors' own. */
const foreignLimits: ReadonlySet<string> = new Set([
  'numpredict',
  'maxnewtokens',
  'maxtokenstosample',
  'maxgenlen',
  'maxtokencount',
]);
/** These decide what a request costs, or where it goes. */
const decisive: ReadonlySet<string> = new Set([
  'model',
  'models',
  'stream',
  'streamoptions',
  'n',
  'bestof',
  'candidatecount',
  'servicetier',
  'speed',
  'background',
  'conversation',
  'previousresponseid',
  'previousinteractionid',
]);
/** What is asked. At the top level only: further in these are anybody's names. */
const contents: ReadonlySet<string> = new Set([
  'messages',
  'input',
  'contents',
  'prompt',
  'requests',
]);
/** Hold parameters of both kinds. */
const containers: ReadonlySet<string> = new Set([
  'generationconfig',
  'inferenceconfig',
  'textgenerationconfig',
  'options',
  'parameters',
  'extrabody',
]);
const inherited: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const segment = /^[A-Za-z0-9_$-]{1,64}$/;

/** @param path names from the top level down, with dots between them: `reasoning.effort` */
export function parameterKind(path: string): ParameterKind {
  const names = path.split('.');
  if (names.length > MAX_DEPTH || !names.every((name) => segment.test(name)))
    return refused(
      'is no parameter: names of up to 64 letters, digits, _, - and $, with dots between them, six at most',
      '不是有效的参数路径：由点分隔的名称组成，最多六级',
    );
  if (names.some((name) => inherited.has(name)))
    return refused('is a name that no upstream takes', '不是上游接受的名称');
  const spelt = names.map(normalise);
  const first = spelt[0] ?? '';
  const last = spelt.at(-1) ?? '';
  if (outputLimits.has(last)) return limitKind(spelt);
  if (foreignLimits.has(last)) return limitElsewhere;
  if (first === 'store') return refused("is decided by 'storage'", "由 'storage' 决定");
  if (contents.has(first))
    return refused('is what the client asks, not a parameter', '是客户端的内容，不是参数');
  if (spelt.length === 1 && containers.has(last))
    return refused(
      `holds other parameters: name them, such as '${path}.temperature'`,
      `包含其他参数，请逐一写出，例如 '${path}.temperature'`,
    );
  return decisive.has(first) || decisive.has(last)
    ? refused('decides what a request costs or where it goes', '决定请求的价格或路由')
    : { kind: 'free' };
}

/** How readers see a name that ignore case, and take both `maxTokens` and `max_tokens`. */
function normalise(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

function limitKind(spelt: readonly string[]): ParameterKind {
  const [parent, ...rest] = spelt;
  if (rest.length === 0) return { kind: 'output-limit' };
  if (rest.length > 1) return limitElsewhere;
  // OpenRouter's: how much may be thought within the limit.
  if (parent === 'reasoning') return { kind: 'free' };
  return parent === 'generationconfig' ? { kind: 'output-limit' } : limitElsewhere;
}

function refused(reason: string, reasonZh: string): ParameterKind {
  return { kind: 'refused', reason, reasonZh };
}

const limitElsewhere = refused(
  "limits the output: write 'max_tokens', which has the right name everywhere",
  "限制输出长度：请改用 'max_tokens'，它会以正确的名称写入",
);
