/** Paths that clients ask for: every kind that relays serve, and some that look like them. */
export const clientPaths = [
  ...['/v1', '/v1/chat/completions', '/v1/models/gpt-5', '/v1/chat/completions?x=1'],
  ...['/openai/v1/embeddings', '/chat/completions', '/completions', '/embeddings', '/moderations'],
  ...['/responses', '/responses/resp_1', '/responses/compact', '/responses/resp_1/cancel?x=1'],
  ...['/edits', '/responsesx', '/images/generations', '/images/edits', '/images/variations'],
  ...['/audio/speech', '/audio/transcriptions', '/audio/translations'],
  ...['/v1/messages', '/anthropic/v1/messages', '/messages', '/messages/count_tokens', '/v1beta'],
  ...['/v1beta/models/m:generateContent', '/v1alpha/models', '/gemini/v1beta/models', '/gemini/v1'],
  ...['/anthropic', '/gemini', '/v1betamax', '/messages/x'],
  ...['/', '/api/status', '/v1/dashboard/billing/usage', '/chat', '/images', '/login', '/v11'],
];
