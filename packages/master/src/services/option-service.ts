import {
  checkOptionChange,
  findOption,
  isPriceOptionKey,
  isSecretOption,
  managementErrors,
  optionKeys,
  parseOption,
  readOptions,
  readPriceOption,
  type OptionRepository,
} from '@turnpike/core';
import type { OptionJson, OptionUpdateInput, SecretOptionJson } from '@turnpike/core/contract';
import type { ConfigPublisher } from '../publisher/publish-config.ts';
import type { Caller } from './caller.ts';
import { listOpenProviders } from './login-switches.ts';
import type { RecordAudit } from './record-audit.ts';

/** Longer values are not copied into the audit log. */
const MAX_AUDITED_LENGTH = 2000;

export interface OptionServiceDeps {
  options: OptionRepository;
  publisher: ConfigPublisher;
  recordAudit: RecordAudit;
}

export type OptionService = ReturnType<typeof createOptionService>;

type Stored = Readonly<Record<string, string>>;

/** Options as text. A change is checked before it is stored, and effective for the relays before `update` resolves. */
export function createOptionService(deps: OptionServiceDeps) {
  return {
    /** Every option that may be read, also stored ones that are unknown here; of secrets, whether they are set. */
    async list(): Promise<{ options: OptionJson[]; secrets: SecretOptionJson[] }> {
      const stored = await deps.options.all();
      const keys = [...new Set<string>([...optionKeys, ...Object.keys(stored)])];
      return {
        options: keys
          .filter((key) => !isSecretOption(key))
          .map((key) => ({ key, value: readValue(key, stored) })),
        secrets: keys
          .filter((key) => isSecretOption(key))
          .map((key) => ({ key, is_set: (stored[key] ?? '') !== '' })),
      };
    },

    /** @throws `invalid_parameter` with the place of the mistake */
    async update({ key, value }: OptionUpdateInput, actor: Caller): Promise<void> {
      const checked = parseOption(key, value);
      if ('problem' in checked) throw refuse(checked.problem);
      const stored = await deps.options.all();
      const problem =
        checkOptionChange(key, checked.value, stored) ??
        findOwnLockOut(stored, { ...stored, [key]: checked.value }, actor);
      if (problem !== undefined) throw refuse(problem);

      await deps.options.set({
        [key]: isAsShipped(key, checked.value) ? undefined : checked.value,
      });
      await deps.recordAudit(actor, 'option.update', key, describe(key, stored, checked.value));
      await deps.publisher.publish();
    },

    /** Names of the groups that have a ratio. */
    async listGroups(): Promise<string[]> {
      const ratios: unknown = JSON.parse(readValue('GroupRatio', await deps.options.all()));
      return Object.keys(ratios as object);
    },
  };
}

/** Tables of prices are shown whole: what is shipped, and over it what is stored. */
function readValue(key: string, stored: Stored): string {
  if (isPriceOptionKey(key)) return readPriceOption(key, stored[key]);
  return stored[key] ?? findOption(key)?.default ?? '';
}

/** A table that says nothing of its own needs no row. */
function isAsShipped(key: string, value: string): boolean {
  return isPriceOptionKey(key) && readPriceOption(key, value) === readPriceOption(key, undefined);
}

/** Another way to log in is of no use to somebody who never bound it, and neither is one that is bound, but off. */
function findOwnLockOut(before: Stored, after: Stored, { user }: Caller): string | undefined {
  const canLogIn = (stored: Stored): boolean => {
    const options = readOptions(stored);
    return options.PasswordLoginEnabled || listOpenProviders(user, options).length > 0;
  };
  return canLogIn(before) && !canLogIn(after)
    ? 'You could not log in any more: switch on another way to log in, and bind it to your account, first.'
    : undefined;
}

function describe(key: string, stored: Stored, value: string): Record<string, unknown> {
  if (isSecretOption(key)) return { isSet: value !== '' };
  return { from: shorten(stored[key] ?? ''), to: shorten(value) };
}

function shorten(value: string): string {
  return value.length > MAX_AUDITED_LENGTH ? `${value.slice(0, MAX_AUDITED_LENGTH)}…` : value;
}

/** Problems are sentences; the text around them brings its own full stop. */
function refuse(problem: string) {
  return managementErrors.invalidParameter({ param: 'value', reason: problem.replace(/\.$/, '') });
}
