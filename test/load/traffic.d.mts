/** What one client saw of one request. */
export interface Sight {
  /** Request id of the gateway; empty: no head of an answer arrived. */
  id: string;
  plan: string;
  outcome: 'complete' | 'aborted' | 'refused' | 'broken';
  status: number;
  /** Content tokens that were seen. */
  tokens: number;
  /** Of the error that a refusal told. */
  code?: string;
}

export interface TrafficPlan {
  share: number;
  name: string;
  stream: boolean;
  /** The client leaves after n content frames. */
  abortAfter?: number;
  maxTokens?: number;
  /** What the simulator is to do. */
  sim?: Record<string, string | number | boolean>;
}

export interface TrafficOptions {
  url: () => string;
  keys: readonly string[];
  count: number;
  connections: number;
  isCalm?: boolean;
  /** Instead of the usual mixture; shares add up to 1. */
  plans?: readonly TrafficPlan[];
  /** Ends it before `count`. */
  isOver?: () => boolean;
  /** A connection rests this long after each request. */
  pauseMs?: number;
  /** What got no answer, or 503, is asked for again, at the next `url`. */
  triesOtherNodes?: boolean;
  seed?: number;
  onProgress?: (done: number) => void;
  onSight?: (sight: Sight) => void;
}

export function runTraffic(options: TrafficOptions): Promise<Sight[]>;
