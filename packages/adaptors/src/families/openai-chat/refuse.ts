import { errors, type GatewayError } from '@turnpike/core';

/** The error of one wrong field. The texts go on after its name: `is required`, `为必填项`. */
export function refuse(param: string, problem: string, problemZh: string): GatewayError {
  return errors.invalidRequest({
    param,
    reason: `'${param}' ${problem}.`,
    reasonZh: `'${param}' ${problemZh}。`,
  });
}
