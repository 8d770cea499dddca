import { bool, choice, integer, secret, text, url } from './option-definition.ts';

/** Mail, notifications, and what the console shows. */
export const siteOptions = {
  SMTPServer: text('mail', '', ['Host that sends mail.', 'SMTP 服务器地址。']),
  SMTPPort: integer('mail', { default: 587, min: 1, max: 65_535 }, [
    'Port of the mail host; 465 is TLS from the start.',
    'SMTP 端口；465 为直接 TLS。',
  ]),
  SMTPAccount: text('mail', '', ['User name at the mail host.', 'SMTP 账户。']),
  SMTPFrom: text('mail', '', [
    'Sender of mails; empty: the account.',
    '发件人地址；留空则使用账户。',
  ]),
  SMTPToken: secret('mail', ['Password at the mail host.', 'SMTP 密码。']),
  SMTPSecurity: choice(
    'mail',
    ['auto', 'tls', 'starttls', 'none'],
    [
      'How mail is encrypted. auto: TLS on port 465, else STARTTLS where it is offered; tls: TLS from the start; starttls: refuse a host without it; none: never.',
      '邮件加密方式。auto：465 端口直接 TLS，其他端口在支持时使用 STARTTLS；tls：直接 TLS；starttls：必须支持 STARTTLS；none：不加密。',
    ],
  ),
  SMTPCertificateCheckEnabled: bool('mail', true, [
    'The certificate of the mail host must be valid.',
    '校验 SMTP 服务器证书。',
  ]),
  SMTPAuthMethod: choice(
    'mail',
    ['auto', 'PLAIN', 'LOGIN', 'CRAM-MD5'],
    [
      'How the account is shown to the mail host; auto: the best one that it offers.',
      'SMTP 认证方式；auto 为服务器支持的最佳方式。',
    ],
  ),
  MessagePusherAddress: url('mail', [
    'Alerts for the root user go there first.',
    '告警优先推送到该消息推送地址。',
  ]),
  MessagePusherToken: secret('mail', [
    'Credential for the message pusher.',
    '消息推送的访问凭证。',
  ]),
  RootQuotaAlertEnabled: bool('mail', false, [
    'The root user is told, too, when the quota of a user is low or used up.',
    '用户额度不足或用尽时，同时通知 root 用户。',
  ]),
  AlertLanguage: choice(
    'mail',
    ['en', 'zh'],
    [
      'Language of alerts to root and of reminders to users. Mails of the login pages follow the browser.',
      '告警与额度提醒的语言。登录相关邮件跟随浏览器语言。',
    ],
  ),
  WebhookUrl: url('mail', [
    'Every event (channel disabled or enabled, quota low or used up) is posted there as JSON; empty: nowhere.',
    '所有事件（渠道禁用或启用、额度不足或用尽）以 JSON 推送到该地址；留空则不推送。',
  ]),
  WebhookSecret: secret('mail', [
    'Signs webhooks (HMAC-SHA256, Standard Webhooks); empty: they are not signed.',
    'Webhook 签名密钥（HMAC-SHA256，Standard Webhooks 规范）；留空则不签名。',
  ]),
  SystemName: text('site', 'One API', [
    'Name in titles and as sender of mails.',
    '系统名称，用于标题和邮件发件人。',
  ]),
  Logo: text('site', '', ['Address of the logo.', 'Logo 图片地址。']),
  Footer: text('site', '', ['HTML at the foot of every page.', '页脚 HTML。']),
  Notice: text('site', '', [
    'Notice (Markdown or HTML), shown once after each change.',
    '公告（Markdown 或 HTML），更新后弹出一次。',
  ]),
  About: text('site', '', [
    'About page: Markdown, HTML, or an https address.',
    '关于页面：Markdown、HTML 或 https 地址。',
  ]),
  HomePageContent: text('site', '', [
    'Home page: Markdown, HTML, or an https address.',
    '首页内容：Markdown、HTML 或 https 地址。',
  ]),
  ServerAddress: url('site', [
    'Public address of this gateway, for links and redirects; empty: http://localhost:3000.',
    '本站公开地址，用于链接和回调；留空为 http://localhost:3000。',
  ]),
  TopUpLink: url('site', ['Shop behind the top-up button.', '充值链接。']),
  ChatLink: url('site', ['Chat page behind the chat button.', '聊天页面链接。']),
  Theme: choice('site', ['default', 'berry', 'air'], ['Theme of the console.', '控制台主题。']),
} as const;
