import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';
import { parse, parseAllDocuments } from 'yaml';
import { isRelayUrl } from '../../packages/relay/src/index.ts';
import { parseArguments } from '../../packages/server/src/cli/parse-arguments.ts';
import { listSettings, loadSettings } from '../../packages/server/src/settings/load-settings.ts';
import { clientPaths } from './client-paths.ts';
import { root } from './source-files.ts';

const chart = join(root, 'helm/turnpike');
const examples = readdirSync(join(chart, 'ci'));
const variables = new Set(listSettings().map(([, { variable }]) => variable));

const helm = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), 'go/bin')]
  .map((directory) => join(directory, 'helm'))
  .find((path) => existsSync(path));
const withHelm = helm === undefined ? describe.skip : describe;

describe('the values of the chart', () => {
  const schema = JSON.parse(read('values.schema.json')) as Schema;
  const validate = new Ajv({ allErrors: true }).compile(schema);
  const isValid = (values: unknown): unknown => validate(values) || validate.errors;

  it('are what their schema says', () => {
    expect(isValid(parse(read('values.yaml')))).toBe(true);
  });

  it.each(examples)('are what their schema says in ci/%s', (name) => {
    expect(isValid(parse(read(`ci/${name}`)))).toBe(true);
  });

  it('are all explained, and nothing else is taken', () => {
    expect(findLoose(schema, '')).toEqual([]);
    expect(listLeaves(parse(read('values.yaml'))).filter((path) => !knows(schema, path))).toEqual(
      [],
    );
    expect(isValid({ slaves: {} })).not.toBe(true);
  });
});

describe('the chart', () => {
  it('refuses to be given only variables that exist', () => {
    const refused = [...read('templates/_validate.tpl').matchAll(/^ {2}"([A-Z_]+)" "/gm)];
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.map(([, name]) => name!).filter((name) => !variables.has(name))).toEqual([]);
  });

  it('sets only variables that exist', () => {
    const set = [...read('templates/_environment.tpl').matchAll(/^- name: ([A-Z_]+)$/gm)];
    expect(set.length).toBeGreaterThan(10);
    expect(set.map(([, name]) => name!).filter((name) => !variables.has(name))).toEqual([]);
  });

  it('has the alerts of the compose file', () => {
    expect(read('files/rules.yml')).toBe(
      readFileSync(join(root, 'deploy/prometheus/rules.yml'), 'utf8'),
    );
  });

  it('is of the version that it installs', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Version;
    const { appVersion } = parse(read('Chart.yaml')) as { appVersion: string };
    expect(appVersion).toBe(version);
  });
});

withHelm('helm', () => {
  it.each(['', ...examples])('finds nothing to complain about with %s', (name) => {
    const { status, output } = run(['lint', '--strict', chart, ...fileOf(name)]);
    expect([status, output]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it.each<[string, string[]]>([
    ['terminationGracePeriodSeconds is 130', ['shutdown.terminationGracePeriodSeconds=130']],
    ['settings.SHUTDOWN_GRACE: the chart sets', ['settings.SHUTDOWN_GRACE=5s']],
    ['use redis.external', ['master.settings.REDIS_CONN_STRING=redis://x']],
    ['extraEnv: the chart sets SQL_DSN itself', ['extraEnv[0].name=SQL_DSN']],
    ['set redis.external.url or', ['redis.bundled.enabled=false']],
    ['redis.bundled.enabled is true', ['redis.external.url=redis://x']],
    ['set database.external.dsn or', ['database.bundled.enabled=false']],
    ['database.bundled.enabled is true', ['database.external.dsn=postgres://x']],
    [
      'more than maxReplicas',
      ['slave.autoscaling.enabled=true', 'slave.autoscaling.minReplicas=11'],
    ],
    ['nobody would relay', ['slave.replicas=0', 'master.relay=false']],
    [
      'belong into that secret',
      ['secrets.existingSecret=x', `secrets.encryptionKey=${'x'.repeat(16)}`],
    ],
    ["additional properties 'slaves' not allowed", ['slaves.replicas=2']],
    ["invalid propertyName 'logLevel'", ['settings.logLevel=debug']],
    ["invalid propertyName 'HOLD_LIVE'", ['slave.settings.HOLD_LIVE=30s']],
    ['image/tag', ['image.tag=1.0 beta']],
    ['fullnameOverride', ['fullnameOverride=Gate_way']],
    ['redis/external/url', ['redis.bundled.enabled=false', 'redis.external.url=redis.example']],
    ['secrets/encryptionKey', ['secrets.encryptionKey=short']],
    ["value must be one of 'emptyDir', 'persistent', 'off'", ['journal.storage=disk']],
  ])('refuses contradictions: %s', (message, values) => {
    const { status, output } = render('', values);
    expect(status).not.toBe(0);
    expect(output).toContain(message);
  });

  describe.each(['', ...examples])('with %s', (name) => {
    let objects: Manifest[];
    beforeAll(() => {
      const { status, output } = render(name);
      expect([status, status === 0 ? '' : output]).toEqual([0, '']);
      objects = parseManifests(output);
    });
    const workload = (role: string): Manifest =>
      objects.find(
        ({ kind, metadata }) =>
          /^(Deployment|StatefulSet)$/.test(kind) && metadata.name.endsWith(`-${role}`),
      )!;

    it.each(['master', 'slave'])('gives the %s settings that the gateway starts with', (role) => {
      const environment = environmentOf(workload(role));
      expect(Object.keys(environment).filter((key) => !variables.has(key))).toEqual([]);
      const loaded = loadSettings(environment, parseArguments(['--log-dir=']));
      expect(loaded).not.toHaveProperty('problems');
      expect(loaded).toHaveProperty('settings.role', role);
    });

    it.each(['master', 'slave'])('gives the %s more time to stop than it may take', (role) => {
      const pod = podOf(workload(role));
      const container = pod.containers[0]!;
      const grace = parseInt(environmentOf(workload(role))['SHUTDOWN_GRACE']!, 10);
      const pause = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(grace + pause);
    });

    it('runs nothing as root, and nothing that can write to its own image', () => {
      const workloads = objects.filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind));
      expect(workloads.length).toBeGreaterThan(1);
      for (const pod of workloads.map(podOf)) {
        expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
        expect(pod.automountServiceAccountToken).toBe(false);
        for (const { securityContext } of pod.containers)
          expect(securityContext).toMatchObject({
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          });
      }
    });

    it('refers to nothing that is not there or yours', () => {
      const yours = ['turnpike-keys', 'turnpike-redis', 'turnpike-database', 'providers'];
      const there = objects.filter(({ kind }) => kind === 'Secret').map((it) => it.metadata.name);
      const wanted = [...JSON.stringify(objects).matchAll(/"secretKeyRef":\{"name":"([^"]+)"/g)];
      expect(wanted.length).toBeGreaterThan(0);
      expect(
        wanted
          .map(([, secret]) => secret!)
          .filter((secret) => ![...yours, ...there].includes(secret)),
      ).toEqual([]);
    });

    it('points every service at pods', () => {
      const pods = objects
        .filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind))
        .map(({ spec }) => spec.template!.metadata.labels);
      for (const { spec } of objects.filter(({ kind }) => kind === 'Service'))
        expect(pods.some((labels) => includes(labels, spec['selector'] as Labels))).toBe(true);
    });
  });

  it('renders the same twice, but for what it generates', () => {
    const [first, second] = [
      render('everything-values.yaml'),
      render('everything-values.yaml'),
    ].map(({ output }) => parseManifests(output).filter(({ kind }) => kind !== 'Secret'));
    expect(first).toEqual(second);
  });

  it('keeps the journal through the loss of a pod only where it is told to', () => {
    const kinds = (name: string): string[] =>
      parseManifests(render(name).output)
        .filter(({ metadata }) => /-(master|slave)$/.test(metadata.name))
        .map(({ kind }) => kind)
        .filter((kind) => /^(Deployment|StatefulSet)$/.test(kind));
    expect(kinds('')).toEqual(['Deployment', 'Deployment']);
    expect(kinds('persistent-journal-values.yaml')).toEqual(['StatefulSet', 'StatefulSet']);
  });

  it('sends each path of clients to a node that serves it', () => {
    const ingress = parseManifests(render('everything-values.yaml').output).find(
      ({ kind }) => kind === 'Ingress',
    )!;
    const { paths } = (ingress.spec['rules'] as { http: { paths: IngressPath[] } }[])[0]!.http;
    for (const url of clientPaths)
      expect([url, choosePath(paths, url.split('?')[0]!).backend.service.name]).toEqual([
        url,
        isRelayUrl(url) ? 't-turnpike-relay' : 't-turnpike-control',
      ]);
  });

  it('keeps Redis from throwing usage away', () => {
    const redis = parseManifests(render('').output).find(
      ({ kind, metadata }) => kind === 'StatefulSet' && metadata.name.endsWith('-redis'),
    )!;
    const options = podOf(redis).containers[0]!.args!.join(' ');
    expect(options).toContain('--appendonly yes');
    expect(options).toContain('--maxmemory-policy noeviction');
  });
});

type Labels = Record<string, string>;
type Version = { version: string };
type IngressPath = { path: string; pathType: string; backend: { service: { name: string } } };

type Container = {
  env?: { name: string; value?: string }[];
  args?: string[];
  securityContext: object;
  lifecycle?: { preStop: { exec: { command: string[] } } };
};

type Pod = {
  containers: Container[];
  securityContext: object;
  terminationGracePeriodSeconds: number;
  automountServiceAccountToken: boolean;
};

type Manifest = {
  kind: string;
  metadata: { name: string };
  spec: Record<string, unknown> & { template?: { metadata: { labels: Labels }; spec: Pod } };
};

type Schema = {
  description?: string;
  type?: string | string[];
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
};

function read(path: string): string {
  return readFileSync(join(chart, path), 'utf8');
}

function fileOf(name: string): string[] {
  return name === '' ? [] : ['--values', join(chart, 'ci', name)];
}

/** Renders for a Kubernetes of today: what helm assumes by itself depends on how it was built. */
function render(name: string, values: readonly string[] = []) {
  const set = values.flatMap((value) => ['--set', value]);
  return run(['template', 't', chart, '--kube-version', '1.33.0', ...fileOf(name), ...set]);
}

function run(args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(helm!, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: '/dev/null' },
  });
  return { status, output: status === 0 ? stdout : stderr + stdout };
}

function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

function podOf({ spec }: Manifest): Pod {
  return spec.template!.spec;
}

/** What a container would see; a secret is as long as one must be, and an address where one is wanted. */
function environmentOf(workload: Manifest): Record<string, string> {
  const entries = podOf(workload).containers[0]!.env!;
  const names = entries.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  return Object.fromEntries(
    entries.map(({ name, value }) => [name, value ?? secrets[name] ?? 'x'.repeat(32)]),
  );
}

const secrets: Record<string, string> = {
  REDIS_CONN_STRING: 'redis://localhost:6379/0',
  SQL_DSN: 'postgres://turnpike:secret@localhost:5432/turnpike',
  LOG_SQL_DSN: 'postgres://turnpike:secret@localhost:5432/logs',
};

/** As Kubernetes does: the whole path before a beginning of it, and a longer beginning before a shorter one. */
function choosePath(paths: readonly IngressPath[], url: string): IngressPath {
  const matching = paths.filter(({ path, pathType }) =>
    pathType === 'Exact' ? path === url : `${url}/`.startsWith(path === '/' ? '/' : `${path}/`),
  );
  const exact = matching.find(({ pathType }) => pathType === 'Exact');
  return exact ?? matching.sort((a, b) => b.path.length - a.path.length)[0]!;
}

function includes(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** Paths of objects of the chart's own that take what they do not know, or of values that nothing explains. */
function findLoose(schema: Schema, path: string): string[] {
  const { properties } = schema;
  if (properties === undefined) return [];
  const own = schema.additionalProperties === false ? [] : [`${path} takes anything`];
  return [
    ...own,
    ...Object.entries(properties).flatMap(([name, property]) => [
      ...(property.description === undefined ? [`${path}.${name} is not explained`] : []),
      ...findLoose(property, `${path}.${name}`),
    ]),
  ];
}

function listLeaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) => listLeaves(inner, [...path, name]));
}

/** Whether a path is in the schema, as far as the schema is the chart's own and not Kubernetes'. */
function knows(schema: Schema, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined || schema.properties === undefined) return true;
  const property = schema.properties[name];
  return property !== undefined && knows(property, rest);
}
