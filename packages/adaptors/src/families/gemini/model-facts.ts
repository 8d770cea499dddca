/** What of a model decides how it is asked. */
export interface ModelFacts {
  /** `3`: Gemini 3 and later, and whatever is new and unknown; `2.5`; `old`: everything before, and Gemma. */
  generation: 'old' | '2.5' | '3';
  /** Takes a system instruction. */
  hasSystem: boolean;
  isPro: boolean;
  isFlashLite: boolean;
  /** Takes the lowest level of thinking. */
  hasMinimalLevel: boolean;
}

/**
 * Reads a model's name. Names that nobody knows yet count as the newest generation.
 *
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
export function modelFactsOf(model: string): ModelFacts {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const isGemma = name.startsWith('gemma');
  return {
    generation: generationOf(name, isGemma),
    hasSystem: !isGemma && !/^gemini-(1\.0|pro)/.test(name),
    isPro: name.includes('pro'),
    isFlashLite: name.includes('flash-lite'),
    hasMinimalLevel: hasMinimalLevel(name),
  };
}

function generationOf(name: string, isGemma: boolean): ModelFacts['generation'] {
  if (
    isGemma ||
    /^(gemini-(1|2\.0|pro$|pro-vision|exp-)|gemini-robotics-er-1\.5|aqa|learnlm)/.test(name)
  )
    return 'old';
  return name.startsWith('gemini-2') ? '2.5' : '3';
}

/** Flash models did, until 3.7. */
function hasMinimalLevel(name: string): boolean {
  const version = /^gemini-(\d+(?:\.\d+)?)-flash/.exec(name)?.[1];
  return version !== undefined && Number(version) < 3.7;
}
