/** Whose clients a path is for: it decides the shape of errors and of model lists. */
export type Door = 'openai' | 'anthropic' | 'gemini';
