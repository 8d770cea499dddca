import type { CanonicalRequest, InstructionPart, ToolChoice } from '@turnpike/core';
import type { EncodedUpstreamRequest, EncodeTarget } from '../../translation.ts';
import { LossList } from '../../translate/loss-list.ts';
import { toRestoration } from '../../translate/restore-tools.ts';
import { shareStops } from '../../translate/share-stops.ts';
import { aliasToolName, listToolAliases, toolNameRules } from '../../translate/tool-names.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, type JsonObject } from '../../wire/json-object.ts';
import { applyDialect } from '../openai-chat/apply-dialect.ts';
import { encodeAnswerFormat } from './encode-answer-format.ts';
import { encodeRequestPart } from './encode-request-blocks.ts';
import { encodeSampling, encodeSettings, noteForeign } from './encode-settings.ts';
import { encodeThinking, type Thinking } from './encode-thinking.ts';
import { encodeChoice, encodeTools, type ToolsContext } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { limitCacheMarks } from './limit-cache-marks.ts';
import { capabilitiesOf } from './model-capabilities.ts';
import { mayTranslateHosted } from '../../translate/hosted-tools.ts';

const rule = toolNameRules.anthropic;

/** What an answer may have where the client sets no limit. */
const defaultMaxTokens = 8192;

/** Makes the body for an upstream of the Messages API. What a client of the family said of itself goes along unchanged. */
export function encodeMessagesRequest(
  request: CanonicalRequest,
  target: EncodeTarget,
): EncodedUpstreamRequest {
  const { anthropic: own } = request.extras;
  return own === undefined || hasOwnWire(target)
    ? encodeForeign(request, target)
    : encodeOwn(request, own, target);
}

/** A vendor's own wire says less than Messages: what it has no word for must be told in another way, or counted. */
function hasOwnWire({ dialect, model }: EncodeTarget): boolean {
  return dialect.wire?.isUsedFor(model) === true;
}

/** A request that came from this family: only what the host wants otherwise is changed. */
function encodeOwn(
  request: CanonicalRequest,
  own: JsonObject,
  target: EncodeTarget,
): EncodedUpstreamRequest {
  const losses = new LossList();
  const { anthropic_beta: betas, max_tokens: limit, ...settings } = own;
  const aliasName = (name: string): string => name;
  const context = { traits: target.dialect.messages ?? {}, losses, aliasName, scope: target.scope };
  const tools = request.tools.map((tool) => tool.origin?.raw ?? {});
  const body = defined({
    ...settings,
    model: target.model,
    max_tokens: Math.min(
      typeof limit === 'number' ? limit : defaultLimitOf(target.model),
      target.outputClamp ?? Infinity,
    ),
    system: encodeSystem(request.instructions, target, losses),
    messages: encodeTurns(request, context),
    tools: tools.length === 0 ? undefined : tools,
  });
  return finish(body, asArray(betas).map(String), { target, losses });
}

function encodeForeign(request: CanonicalRequest, target: EncodeTarget): EncodedUpstreamRequest {
  const losses = new LossList();
  const capabilities = capabilitiesOf(target.model);
  const traits = target.dialect.messages ?? {};
  const aliasName = (name: string): string => aliasToolName(name, rule);
  const messages = encodeTurns(request, {
    traits,
    losses,
    aliasName,
    scope: target.scope,
    isRearranged: hasOwnWire(target),
    documentTypes: hasOwnWire(target) ? target.dialect.wire?.documentTypes : undefined,
  });
  const thinking = encodeThinking({
    request,
    capabilities,
    losses,
    maxTokens: limitOf(request, target),
    outputClamp: target.outputClamp ?? Infinity,
    lacksThoughts: isAmidUnthoughtCalls(messages),
  });
  const hasStructure =
    capabilities.hasStructuredOutput && traits.lacksStructuredOutput?.(target.model) !== true;
  const format = encodeAnswerFormat(request.output.format, hasStructure, losses);
  const toolsContext: ToolsContext = {
    losses,
    aliasName,
    takesStrict: hasStructure,
    takesParallelSwitch: traits.lacksParallelSwitch !== true,
    canForce: !thinking.isOn,
    takesHosted: !hasOwnWire(target),
    translatesHosted: !hasOwnWire(target) && mayTranslateHosted(target),
  };
  const hosted = encodeTools(request, toolsContext);
  const tools = [...hosted.tools, ...format.tools];
  const choice = format.tools.length > 0 ? answerChoice(toolsContext) : request.toolChoice;
  const stops = shareStops(request.output.stop, Infinity, losses, isNoBlank);
  const body = defined({
    model: target.model,
    max_tokens: thinking.maxTokens,
    system: withHint(encodeSystem(request.instructions, target, losses), format.hint),
    messages: endWithUser(messages, capabilities.refusesPrefill || thinking.isOn, losses),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: tools.length === 0 ? undefined : encodeChoice(choice, toolsContext),
    mcp_servers: hosted.servers.length === 0 ? undefined : hosted.servers,
    ...encodeSampling(request.output, { capabilities, isThinking: thinking.isOn, losses }),
    ...encodeSettings(request, stops.sent),
    ...encodeOutputConfig(thinking, format.format),
    stream: request.isStream ? true : undefined,
  });
  noteForeign(request, hasOwnWire(target) ? undefined : 'anthropic', losses);
  const encoded = finish(limitCacheMarks(body, losses), hosted.betas, { target, losses });
  return defined({
    ...encoded,
    cutsAt: stops.cut,
    restoration: toRestoration(
      defined({
        names: listToolAliases(request, rule),
        customTools: new Set(
          request.tools.flatMap((tool) => (tool.kind === 'custom' ? [tool.name] : [])),
        ),
        answerTool: format.answerTool,
      }),
    ),
  });
}

/** Stop texts of mere blanks are refused. */
function isNoBlank(text: string): boolean {
  return text.trim() !== '';
}

/** The tool that is the answer is called, once where that can be said: no wish of the client's is lost where not. */
function answerChoice({ takesParallelSwitch }: ToolsContext): ToolChoice {
  return { mode: 'required', ...(takesParallelSwitch && { parallel: false }) };
}

function encodeOutputConfig(
  { thinking, effort }: Thinking,
  format: JsonObject | undefined,
): JsonObject {
  const config = defined({ effort, format });
  return defined({
    thinking,
    output_config: Object.keys(config).length === 0 ? undefined : config,
  });
}

function defaultLimitOf(model: string): number {
  return Math.min(capabilitiesOf(model).maxOutputTokens, defaultMaxTokens);
}

function limitOf({ output }: CanonicalRequest, { model, outputClamp }: EncodeTarget): number {
  const { maxOutputTokens, isClaude } = capabilitiesOf(model);
  const wanted = output.maxTokens ?? defaultLimitOf(model);
  return Math.max(1, Math.min(wanted, isClaude ? maxOutputTokens : wanted, outputClamp ?? wanted));
}

/** One text where it came as one, else blocks. A prompt of the channel replaces the client's. */
function encodeSystem(
  instructions: readonly InstructionPart[],
  { systemPrompt, dialect, scope }: EncodeTarget,
  losses: LossList,
): string | JsonObject[] | undefined {
  if (systemPrompt !== undefined) return [{ type: 'text', text: systemPrompt }];
  const [first] = instructions;
  if (first === undefined) return undefined;
  const isPlain = first.extras?.anthropic?.['isPlain'] === true;
  if (instructions.length === 1 && isPlain && first.kind === 'text') return first.text;
  const context = { traits: dialect.messages ?? {}, losses, aliasName: String, scope };
  const blocks = instructions.flatMap((part, index) =>
    encodeRequestPart(part, { ...context, at: `instructions[${index}]` }),
  );
  return blocks.length === 0 ? undefined : blocks;
}

function withHint(
  system: string | JsonObject[] | undefined,
  hint: string | undefined,
): string | JsonObject[] | undefined {
  if (hint === undefined) return system;
  const block = { type: 'text', text: hint };
  return Array.isArray(system) ? [...system, block] : [block];
}

/** The last answer called tools without thoughts before the calls: it cannot go on thinking from there. */
function isAmidUnthoughtCalls(messages: readonly JsonObject[]): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  const types = asArray(last?.['content']).map((block) => (block as JsonObject)['type']);
  return (
    types.includes('tool_use') &&
    !types.includes('thinking') &&
    !types.includes('redacted_thinking')
  );
}

/** Newer models refuse an answer that was begun: they are asked to go on with it. */
function endWithUser(
  messages: readonly JsonObject[],
  refusesPrefill: boolean,
  losses: LossList,
): readonly JsonObject[] {
  const last = messages.at(-1);
  if (last?.['role'] !== 'assistant') return messages;
  if (refusesPrefill) {
    losses.add(
      'warn',
      'approximated',
      'turns',
      'a begun answer is continued by a request to do so',
    );
    const content = [{ type: 'text', text: 'Continue.' }];
    return [...messages, { role: 'user', content }];
  }
  return [...messages.slice(0, -1), trimEnd(last)];
}

/** A begun answer must not end in blanks. */
function trimEnd(message: JsonObject): JsonObject {
  const content = asArray(message['content']) as readonly JsonObject[];
  const last = content.at(-1);
  if (last?.['type'] !== 'text') return message;
  const text = String(last['text']).trimEnd();
  return { ...message, content: [...content.slice(0, -1), { ...last, text }] };
}

function toWire(body: JsonObject, target: EncodeTarget, losses: LossList): JsonObject {
  const { dialect } = target;
  return dialect.wire !== undefined && hasOwnWire(target)
    ? dialect.wire.encodeRequest(body, losses)
    : applyDialect(body, dialect, losses);
}

/** Betas go where the host wants them, and only those that it knows. */
function finish(
  body: JsonObject,
  betas: readonly string[],
  { target, losses }: { target: EncodeTarget; losses: LossList },
): EncodedUpstreamRequest {
  const { dialect } = target;
  const { betas: known, hasBetasInBody } = dialect.messages ?? {};
  const taken = betas.filter(
    (beta) => known === undefined || known.some((start) => beta.startsWith(start)),
  );
  if (taken.length < betas.length) {
    losses.add('info', 'dropped', 'anthropic-beta', 'a beta that this host does not know');
  }
  const isInBody = hasBetasInBody === true && taken.length > 0;
  return {
    body: toWire(isInBody ? { ...body, anthropic_beta: taken } : body, target, losses),
    headers: taken.length === 0 || isInBody ? {} : { 'anthropic-beta': taken.join(',') },
    losses: losses.losses,
  };
}
