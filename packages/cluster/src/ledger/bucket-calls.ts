import type { LuaScript } from '../redis/lua-script.ts';
import type { ScriptSender } from '../redis/script-sender.ts';
import type { BucketRestorer } from './bucket-restorer.ts';
import type { LedgerBucket } from './ledger-bucket.ts';

/** Calls scripts that take the epoch as their first value and do nothing but answer the right one when it differs. */
export class BucketCalls {
  readonly #sender: ScriptSender;
  readonly #restorer: BucketRestorer;

  constructor(deps: { sender: ScriptSender; restorer: BucketRestorer }) {
    this.#sender = deps.sender;
    this.#restorer = deps.restorer;
  }

  /**
   * Sends at once where the epoch is known. After another epoch was answered, the entries of this node are restored and
   * the call is made again, once.
   *
   * @param values the first is replaced by the epoch
   * @throws when Redis does not answer
   */
  async run(
    script: LuaScript,
    bucket: LedgerBucket,
    values: string[],
  ): Promise<readonly unknown[]> {
    for (let tries = 0; ; tries += 1) {
      if (bucket.restoring !== undefined) await bucket.restoring;
      else if (bucket.epoch === '') await this.#restorer.restore(bucket);
      values[0] = bucket.epoch;
      const reply = (await this.#sender.run(script, bucket.epochKey, values)) as unknown[];
      if (reply[0] === 1) return reply;
      if (tries > 0) throw new Error(`the epoch of bucket ${bucket.index} changed again`);
      // Unless another call learned it first.
      if (bucket.epoch === values[0]) bucket.epoch = '';
    }
  }
}
