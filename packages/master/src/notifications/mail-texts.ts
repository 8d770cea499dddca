import type { GatewayEvent, Language, OptionValues } from '@turnpike/core';
import { formatQuota } from '../services/format-quota.ts';
import type { Mail } from './mailer.ts';

export type MailText = Omit<Mail, 'to'>;

/** A paragraph: text, or a link. */
type Part = string | { href: string };

/** The code that proves an address. */
export function verificationMail(code: string, minutes: number, language: Language, name: string) {
  return language === 'zh'
    ? toMail(`${name} 邮箱验证码`, [
        `您好，您正在进行 ${name} 邮箱验证。`,
        `您的验证码为：${code}`,
        `验证码 ${String(minutes)} 分钟内有效。如果不是本人操作，请忽略。`,
      ])
    : toMail(`${name}: your verification code`, [
        `Somebody, probably you, gave this address to ${name}.`,
        `Your verification code: ${code}`,
        `It is good for ${String(minutes)} minutes. If it was not you, ignore this mail.`,
      ]);
}

/** Instead of a code, where the address is in use. */
export function addressInUseMail(resetPage: string, language: Language, name: string) {
  return language === 'zh'
    ? toMail(`${name} 邮箱已注册`, [
        `您好，有人在 ${name} 使用此邮箱请求验证码，但该邮箱已绑定账户。`,
        '如果您忘记了密码，可以在此重置：',
        { href: resetPage },
        '如果不是本人操作，请忽略。',
      ])
    : toMail(`${name}: this address has an account`, [
        `Somebody, probably you, asked ${name} for a verification code, but this address has an account already.`,
        'Log in with it; a forgotten password can be replaced here:',
        { href: resetPage },
        'If it was not you, ignore this mail.',
      ]);
}

/** The link that sets a new password. */
export function resetMail(link: string, minutes: number, language: Language, name: string) {
  return language === 'zh'
    ? toMail(`${name} 密码重置`, [
        `您好，您正在进行 ${name} 密码重置。请打开以下链接：`,
        { href: link },
        `链接 ${String(minutes)} 分钟内有效。如果不是本人操作，请忽略。`,
      ])
    : toMail(`${name}: set a new password`, [
        `Somebody, probably you, asked ${name} for a new password. Open this link to set one:`,
        { href: link },
        `It is good for ${String(minutes)} minutes. If it was not you, ignore this mail: the password stays.`,
      ]);
}

/** What happened, for the one it concerns, in the language of the option `AlertLanguage`. */
export function eventMail(event: GatewayEvent, options: OptionValues): MailText {
  switch (event.type) {
    case 'channel.disabled':
    case 'channel.enabled':
    case 'channel.failing':
      return channelMail(event, options.AlertLanguage);
    case 'channels.tested':
      return testedMail(event, options.AlertLanguage);
    case 'quota.low':
    case 'quota.used_up':
      return quotaMail(event, options);
  }
}

function channelMail(event: ChannelEvent, language: Language): MailText {
  const { channel_name: name, channel_id: id, reason } = event.data;
  const verb = channelVerbs[language][event.type];
  if (language === 'zh') {
    const happened = `渠道“${name}”（#${String(id)}）${verb}`;
    return toMail(happened, [`${happened}。`, `原因：${reason}`]);
  }
  const happened = `Channel '${name}' (#${String(id)}) ${verb}`;
  return toMail(happened, [`${happened}.`, `Reason: ${reason}`]);
}

function testedMail({ data }: TestedEvent, language: Language): MailText {
  const [total, succeeded, failed] = [data.total, data.succeeded, data.failed].map(String);
  return language === 'zh'
    ? toMail('渠道测试完成', [
        `测试范围：${data.scope}`,
        `共 ${total} 个渠道，成功 ${succeeded} 个，失败 ${failed} 个。`,
      ])
    : toMail('The test of channels is finished', [
        `Scope: ${data.scope}`,
        `Of ${total} channels ${succeeded} succeeded and ${failed} failed.`,
      ]);
}

function quotaMail(event: QuotaEvent, options: OptionValues): MailText {
  const { username } = event.data;
  const isEmpty = event.type === 'quota.used_up';
  const left = formatQuota(event.data.quota, options);
  const link = options.TopUpLink === '' ? [] : [{ href: options.TopUpLink }];
  return options.AlertLanguage === 'zh'
    ? toMail(isEmpty ? '您的额度已用尽' : '您的额度即将用尽', [
        `账户“${username}”的剩余额度为 ${left}。`,
        isEmpty ? '充值前请求将被拒绝。' : '为避免请求被拒绝，请及时充值。',
        ...link,
      ])
    : toMail(isEmpty ? 'Your quota is used up' : 'Your quota is running low', [
        `Account '${username}' has ${left} left.`,
        isEmpty
          ? 'Requests are refused until it is filled.'
          : 'Fill it before requests are refused.',
        ...link,
      ]);
}

type ChannelEvent = Extract<GatewayEvent, { data: { channel_id: number } }>;
type TestedEvent = Extract<GatewayEvent, { type: 'channels.tested' }>;
type QuotaEvent = Extract<GatewayEvent, { data: { user_id: number } }>;

const channelVerbs: Readonly<Record<Language, Readonly<Record<ChannelEvent['type'], string>>>> = {
  en: {
    'channel.disabled': 'was disabled automatically',
    'channel.enabled': 'was enabled automatically',
    'channel.failing': 'failed its test; it stays enabled',
  },
  zh: {
    'channel.disabled': '已被自动禁用',
    'channel.enabled': '已被自动启用',
    'channel.failing': '未通过测试，仍保持启用',
  },
};

function toMail(subject: string, parts: readonly Part[]): MailText {
  const lines = parts.map((part) => (typeof part === 'string' ? part : part.href));
  const paragraphs = parts.map((part) =>
    typeof part === 'string'
      ? `<p>${escapeHtml(part)}</p>`
      : `<p><a href="${escapeHtml(part.href)}">${escapeHtml(part.href)}</a></p>`,
  );
  return {
    // Names of channels and people end up here.
    subject: subject.replaceAll(/\p{Cc}/gu, ' '),
    text: `${lines.join('\n\n')}\n`,
    html: paragraphs.join('\n'),
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
