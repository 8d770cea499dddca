export { dialectOf, translationOrder } from './codec.ts';
export type {
  DefaultMember,
  Dialect,
  DialectContext,
  Provider,
  StreamFacts,
  StreamTap,
  StreamUsage,
  UpstreamError,
  UpstreamTarget,
} from './codec.ts';
export { probeJson, tryProbeJson } from './wire/json-probe.ts';
export type { JsonProbe } from './wire/json-probe.ts';
export type { JsonKind, JsonMember, MediaCounts } from './wire/json-member.ts';
export { editMembers } from './wire/edit-members.ts';
export type { EditedMembers, MemberEdits, NamesOf } from './wire/edit-members.ts';
export { spliceJson } from './wire/splice-json.ts';
export type { SpliceEdit, SplicedBody } from './wire/splice-json.ts';
export { createFrameReader } from './wire/frame-reader.ts';
export { SseReader } from './wire/sse-reader.ts';
export type { SseFrame } from './wire/sse-frame.ts';
export { MultipartScanner, readBoundary } from './wire/multipart-scanner.ts';
export type { FormBody, FormPart, MultipartLimits } from './wire/multipart-scanner.ts';
export { setFormFields } from './wire/splice-form.ts';
export type { FormSegment, SplicedForm } from './wire/splice-form.ts';
export { defaultModels, readJsonRequest } from './families/openai-chat/read-request.ts';
export type { BodyFacts } from './families/openai-chat/read-request.ts';
export { readRealtimeEvent } from './families/realtime/read-realtime-event.ts';
export type { RealtimeEvent } from './families/realtime/read-realtime-event.ts';
export { readFormRequest } from './families/media/read-form-request.ts';
export { limitKeys, planBodyEdits } from './families/openai-chat/plan-body-edits.ts';
export type { BodyEditInput, BodyEdits } from './families/openai-chat/plan-body-edits.ts';
export { planGeminiEdits } from './families/plan-gemini-edits.ts';
export { minThinkingBudget } from './translate/reasoning-effort.ts';
export { rewordAnswer, type AnswerWords } from './families/reword-answer.ts';
export { droppedLoss, pathLoss } from './families/dialect-losses.ts';
export {
  encodeInteractionBudgetCut,
  encodeInteractionStreamError,
} from './families/gemini/interaction-end.ts';
export { planInteractionEdits } from './families/gemini/interaction-request.ts';
export { repairChatAnswer } from './families/openai-chat/repair-answer.ts';
export { createStreamTap } from './families/create-stream-tap.ts';
export type { StreamTapOptions } from './families/create-stream-tap.ts';
export { readAnswer } from './families/read-answer.ts';
export type { AnswerContext, AnswerFacts } from './families/read-answer.ts';
export { readUsage } from './families/openai-chat/read-usage.ts';
export type { UsageQuirks } from './families/openai-chat/read-usage.ts';
export { readUpstreamError } from './families/openai-chat/read-error.ts';
export type { ErrorReadingContext, ResponseHeaders } from './families/openai-chat/read-error.ts';
export { answersInParts } from './families/openai-chat/chat-traits.ts';
export { needsInlineMedia } from './families/needs-inline-media.ts';
export { classifyFailure } from './families/openai-chat/classify-failure.ts';
export type {
  FailedAttempt,
  FailureClass,
  FailureKind,
} from './families/openai-chat/classify-failure.ts';
export { inOwnWords } from './families/openai-chat/in-own-words.ts';
export { toClientError } from './families/openai-chat/to-client-error.ts';
export { encodeError, encodeStreamError } from './families/openai-chat/encode-error.ts';
export type { EncodedError, ErrorContext } from './families/openai-chat/encode-error.ts';
export { createQueuedResponse } from './families/openai-responses/response-object.ts';
export {
  createItemId,
  createResponseId,
  responseIdOfItem,
} from './families/openai-responses/item-ids.ts';
export { encodeResponsesStreamError } from './families/openai-responses/encode-stream-error.ts';
export { redactText } from './families/openai-chat/redact.ts';
export type { Confidential } from './families/openai-chat/redact.ts';
export { findProvider, listProviders } from './providers/index.ts';
export { listChannelTypes } from './providers/channel-types.ts';
export type { ChannelType } from './providers/channel-types.ts';
export { listModelCatalogue, ownerOf } from './providers/model-catalogue.ts';
export type { CatalogueModel } from './providers/model-catalogue.ts';
export { findBalanceQuery } from './balances/balance-queries.ts';
export { findModelListQuery } from './model-lists/model-list-queries.ts';
export type { Framing } from './codec.ts';
export type { CredentialCall, RequestToSign } from './credentials.ts';
export { findBridges } from './families/bridges.ts';
export { findProviderCodec, hasOwnWire } from './providers/own-codecs.ts';
export { withRestoration } from './translate/with-restoration.ts';
export { findClientCodec, findUpstreamCodec } from './families/index.ts';
export { EventFolder } from './translate/event-folder.ts';
export { replayResponse } from './translate/replay-response.ts';
export { TranslatingTap } from './translate/translating-tap.ts';
export type {
  Encoded,
  OperationBridge,
  TranslationContext,
  ClientCodec,
  EncodedUpstreamRequest,
  EncodeTarget,
  PathFacts,
  StreamDecoder,
  StreamEncoder,
  UpstreamCodec,
} from './translation.ts';
export { madeHereMark } from './families/anthropic/made-here.ts';
