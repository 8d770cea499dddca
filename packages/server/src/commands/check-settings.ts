import type { Command } from '../cli/run-cli.ts';
import { describeSettings } from '../settings/describe-settings.ts';

/** Prints the settings in force; that they are valid is why this runs at all. */
export const checkSettings: Command = (settings) => {
  process.stdout.write(`${describeSettings(settings).join('\n')}\n`);
  return Promise.resolve(0);
};
