import { loadScript, type LuaScript } from '../redis/lua-script.ts';

export type LedgerScripts = Readonly<Record<(typeof names)[number], LuaScript>>;

const names = [
  'reserve',
  'extend',
  'keep',
  'settle',
  'release',
  'restore',
  'absorb',
  'expire',
  'hydrate',
  'overwrite',
] as const;

/** The scripts of the ledger; what each does and takes is said in its file. */
export function loadLedgerScripts(): LedgerScripts {
  return Object.fromEntries(
    names.map((name) => [name, loadScript(name, 'bucket')]),
  ) as LedgerScripts;
}
