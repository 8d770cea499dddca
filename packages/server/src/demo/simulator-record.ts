/** Token counts in the words of the wire. */
export interface SimulatedUsage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  reasoningTokens: number;
}

/** What the provider knows of one request it served. The oracle of billing tests compares bills with it. */
export interface SimulatedRequest {
  sequence: number;
  /** The gateway's request id, where it was told to forward it; else empty. */
  requestId: string;
  /** The `/as/<label>` of the channel's base URL. */
  label: string;
  path: string;
  model: string;
  isStream: boolean;
  /** Status that was answered; 0: none yet. */
  status: number;
  /** Content tokens handed to the socket so far, hidden reasoning included. */
  tokensWritten: number;
  bytesWritten: number;
  promptTokens: number;
  /** Usage that the answer carried; null: it carried none (yet). */
  usageReported: SimulatedUsage | null;
  end: 'running' | 'complete' | 'failed' | 'cut' | 'hung' | 'client-gone';
}

/** A bounded list of the latest requests. */
export interface RequestRecorder {
  open(request: Pick<SimulatedRequest, 'requestId' | 'label' | 'path'>): SimulatedRequest;
  /** At most `limit` records whose sequence is greater than `after`, oldest first. */
  list(after: number, limit: number): readonly SimulatedRequest[];
  readonly count: number;
  clear(): void;
}

/** Keeps the latest `capacity` records; older ones are forgotten. */
export function createRequestRecorder(capacity: number): RequestRecorder {
  const records = new Map<number, SimulatedRequest>();
  let sequence = 0;
  return {
    open(request) {
      sequence += 1;
      const record: SimulatedRequest = {
        ...request,
        sequence,
        model: '',
        isStream: false,
        status: 0,
        tokensWritten: 0,
        bytesWritten: 0,
        promptTokens: 0,
        usageReported: null,
        end: 'running',
      };
      records.set(sequence, record);
      if (records.size > capacity) records.delete(sequence - capacity);
      return record;
    },
    list(after, limit) {
      const found: SimulatedRequest[] = [];
      for (let next = Math.max(after + 1, sequence - records.size + 1); next <= sequence; next++) {
        const record = records.get(next);
        if (record !== undefined) found.push(record);
        if (found.length >= limit) break;
      }
      return found;
    },
    get count() {
      return sequence;
    },
    clear: () => {
      records.clear();
    },
  };
}
