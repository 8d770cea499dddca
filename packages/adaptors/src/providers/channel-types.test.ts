import { describe, expect, it } from '@jest/globals';
import { listChannelTypes } from './channel-types.ts';
import { listModelCatalogue, ownerOf } from './model-catalogue.ts';

describe('listChannelTypes', () => {
  it('has the ids that adopted databases have, in order', () => {
    expect(listChannelTypes().map(({ id }) => id)).toEqual([...Array(52).keys()]);
  });

  it.each([
    [1, 'OpenAI', 'https://api.openai.com', 53],
    [8, '自定义渠道', '', 53],
    [17, '阿里通义千问', 'https://dashscope.aliyuncs.com', 89],
    [20, 'OpenRouter', 'https://openrouter.ai/api', 231],
    [29, 'Groq', 'https://api.groq.com/openai', 21],
    [33, 'AWS', '', 12],
    [34, 'Coze', 'https://api.coze.com', 0],
    [43, 'Proxy', '', 0],
    [46, 'Replicate', 'https://api.replicate.com/v1/models/', 41],
    [51, 'Gemini (OpenAI)', 'https://generativelanguage.googleapis.com/v1beta/openai/', 13],
  ])('describes type %d', (id, label, defaultBaseUrl, modelCount) => {
    const found = listChannelTypes()[id]!;
    expect(found).toMatchObject({ id, label, defaultBaseUrl });
    expect(found.defaultModels).toHaveLength(modelCount);
  });

  it('offers no model twice', () => {
    for (const { defaultModels } of listChannelTypes()) {
      expect(new Set(defaultModels).size).toBe(defaultModels.length);
    }
  });
});

describe('the model catalogue', () => {
  it('has each model once, the makers in their order', () => {
    const models = listModelCatalogue();
    expect(models).toHaveLength(471);
    expect(new Set(models.map(({ id }) => id)).size).toBe(471);
    expect(models[0]).toEqual({ id: 'gpt-3.5-turbo', ownedBy: 'openai' });
    const owners = [...new Set(models.map(({ ownedBy }) => ownedBy))];
    expect(owners.slice(0, 5)).toEqual(['openai', 'anthropic', 'google palm', 'baidu', 'zhipu']);
  });

  it.each([
    ['gpt-4o', 'openai'],
    ['claude-2.0', 'anthropic'],
    ['deepseek-r1', 'ali'],
    ['deepseek-chat', 'deepseek'],
    ['llama-3.1-8b-instant', 'groq'],
    ['moonshot-v1-8k', 'moonshot'],
    ['toString', undefined],
    ['my-own-model', undefined],
  ])('tells the owner of %s', (model, owner) => {
    expect(ownerOf(model)).toBe(owner);
  });
});
