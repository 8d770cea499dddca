import { managementErrors, type OptionValues } from '@turnpike/core';
import { z } from 'zod';
import { isProviderOpen } from '../services/login-switches.ts';
import { askProvider } from './ask-provider.ts';
import { withQuery, type OAuthSignIn, type ProviderProfile } from './provider-profile.ts';

const provider = 'WeChat';

const answerSchema = z.object({ success: z.boolean(), data: z.string().max(191).nullish() });

/** Login with a code that a WeChat account was sent; nobody is sent anywhere, and there is no state. */
export const wechatSignIn: Pick<OAuthSignIn, 'findProfile'> = {
  findProfile: ({ code }, options) => findWechatProfile(code, options),
};

/**
 * Asks the WeChat server who was given a code.
 *
 * @throws `sign_in_disabled`, `code_refused`, `provider_unreachable`, `provider_refused`
 */
async function findWechatProfile(code: string, options: OptionValues): Promise<ProviderProfile> {
  if (!isProviderOpen.wechat(options)) throw managementErrors.signInDisabled({ provider });
  if (code === '') throw managementErrors.codeRefused();
  const { success, data } = await askProvider(
    {
      provider,
      url: withQuery(`${options.WeChatServerAddress}/api/wechat/user`, { code }),
      headers: { authorization: options.WeChatServerToken },
    },
    answerSchema,
  );
  // A wrong code is answered with nobody.
  if (!success || !data) throw managementErrors.codeRefused();
  return {
    identity: { provider: 'wechat', subject: data, legacyId: data },
    displayName: 'WeChat User',
  };
}
