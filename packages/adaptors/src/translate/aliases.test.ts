import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aliasCallId, callIdRules, placeholderCallId, type CallIdRule } from './call-ids.ts';
import { aliasToolName, listToolAliases, toolNameRules } from './tool-names.ts';

const mistral: CallIdRule = { characters: 'A-Za-z0-9', maxLength: 9, exactLength: 9 };

describe('aliasCallId', () => {
  it.each(['toolu_01AbC', 'call_1', 'a-b'])('leaves %s alone', (id) => {
    expect(aliasCallId(id, callIdRules.anthropic)).toBe(id);
  });

  it('makes every id legal, short enough and its own', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), fc.string({ maxLength: 100 }), (one, other) => {
        const { anthropic } = callIdRules;
        const alias = aliasCallId(one, anthropic);
        expect(alias).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(aliasCallId(one, anthropic)).toBe(alias);
        expect(aliasCallId(alias, anthropic)).toBe(alias);
        if (one !== other) expect(aliasCallId(other, anthropic)).not.toBe(alias);
      }),
    );
  });

  it('tells ids apart that differ in illegal characters only', () => {
    const aliases = ['call.1', 'call:1', 'call/1'].map((id) =>
      aliasCallId(id, callIdRules.anthropic),
    );
    expect(new Set(aliases).size).toBe(3);
    expect(aliases[0]).toMatch(/^call_1_[a-z0-9]{8}$/);
  });

  it('gives nine letters and digits where an upstream insists on them', () => {
    expect(aliasCallId('call_Abc-123456789', mistral)).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(aliasCallId('abcDEF123', mistral)).toBe('abcDEF123');
  });

  it('names calls without an id by their place', () => {
    expect(placeholderCallId('get', 0)).not.toBe(placeholderCallId('get', 1));
    expect(placeholderCallId('get', 0)).toMatch(/^[A-Za-z0-9_]+$/);
  });
});

describe('aliasToolName', () => {
  it('keeps to the rule of each family and changes nothing that is legal', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (name) => {
        for (const rule of Object.values(toolNameRules)) {
          const alias = aliasToolName(name, rule);
          expect(alias.length).toBeLessThanOrEqual(rule.maxLength);
          expect(alias).toMatch(new RegExp(`^[${rule.characters}]+$`));
          if (rule.first !== undefined) expect(alias).toMatch(new RegExp(`^[${rule.first}]`));
          expect(aliasToolName(alias, rule)).toBe(alias);
        }
      }),
    );
    expect(aliasToolName('mcp__server.tool', toolNameRules.gemini)).toBe('mcp__server.tool');
  });

  it('lists only what it changed', () => {
    const tools = [
      { kind: 'function', name: 'fine' },
      { kind: 'function', name: 'not fine' },
    ] as const;
    const aliases = listToolAliases({ tools }, toolNameRules.anthropic);
    expect([...aliases.values()]).toEqual(['not fine']);
    expect(aliases.get(aliasToolName('not fine', toolNameRules.anthropic))).toBe('not fine');
  });
});
