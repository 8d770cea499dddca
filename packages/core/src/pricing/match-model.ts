import type { MatchLogic, ModelInfo, Provider } from '@pydantic/genai-prices';

type Rule = (lower: string) => boolean;

/** Finds a vendor's model by the price book's own rules. */
export type MatchModel = (model: string) => ModelInfo | undefined;

/**
 * Prepares the rules of a vendor: nearly all of them name models literally, and those are looked up instead of tried one
 * by one. As in the book, the first model in its order that fits is the one.
 */
export function createModelMatcher({ models }: Provider): MatchModel {
  const literal = new Map<string, number>();
  const rules: { index: number; fits: Rule }[] = [];
  models.forEach(({ match }, index) => {
    for (const name of literalNames(match)) {
      const lower = name.toLowerCase();
      if (!literal.has(lower)) literal.set(lower, index);
    }
    const fits = toRule(withoutLiterals(match));
    if (fits !== undefined) rules.push({ index, fits });
  });
  return (model) => {
    const lower = model.toLowerCase();
    const named = literal.get(lower) ?? models.length;
    const ruled = rules.find(({ index, fits }) => index < named && fits(lower));
    return models[ruled?.index ?? named];
  };
}

/** Names that a rule means literally. */
export function literalNames(match: MatchLogic): readonly string[] {
  if ('equals' in match) return [match.equals];
  return 'or' in match ? match.or.flatMap(literalNames) : [];
}

/** What is left of a rule when its literal names are looked up; undefined: nothing. */
function withoutLiterals(match: MatchLogic): MatchLogic | undefined {
  if ('equals' in match) return undefined;
  if (!('or' in match)) return match;
  const rest = match.or.map(withoutLiterals).filter((part) => part !== undefined);
  return rest.length === 0 ? undefined : { or: rest };
}

function toRule(match: MatchLogic | undefined): Rule | undefined {
  return match === undefined ? undefined : compile(match);
}

function compile(match: MatchLogic): Rule {
  if ('or' in match) {
    const parts = match.or.map(compile);
    return (lower) => parts.some((part) => part(lower));
  }
  if ('and' in match) {
    const parts = match.and.map(compile);
    return (lower) => parts.every((part) => part(lower));
  }
  if ('regex' in match) {
    const pattern = new RegExp(match.regex);
    return (lower) => pattern.test(lower); // the book lowers names before it matches
  }
  return compileText(match);
}

function compileText(match: Exclude<MatchLogic, { or: unknown } | { and: unknown }>): Rule {
  const [kind, value] = Object.entries(match)[0] ?? ['', ''];
  const text = value.toLowerCase();
  switch (kind) {
    case 'starts_with':
      return (lower) => lower.startsWith(text);
    case 'ends_with':
      return (lower) => lower.endsWith(text);
    case 'contains':
      return (lower) => lower.includes(text);
    case 'equals':
      return (lower) => lower === text;
    default: // a rule of a later release of the book fits nothing
      return () => false;
  }
}
