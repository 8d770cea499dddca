import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { parse } from 'yaml';
import { parseArguments } from '../../packages/server/src/cli/parse-arguments.ts';
import { loadSettings } from '../../packages/server/src/settings/load-settings.ts';
import { listMetrics } from './references/render-metrics.ts';
import { packageNames, root } from './source-files.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the image', () => {
  const steps = readSteps(read('deploy/Dockerfile'));
  const last = steps.findLastIndex(({ name }) => name === 'FROM');
  const valueOf = (name: string): string => steps.findLast((step) => step.name === name)!.text;

  it('is built from files that are there and that it may see', () => {
    const visible = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = steps
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    expect(
      sources.filter((source) => !visible.some((it) => `${source}/`.startsWith(`${it}/`))),
    ).toEqual([]);
  });

  it('installs for every workspace', () => {
    const manifests = [...packageNames.map((name) => `packages/${name}`), 'test'];
    const copied = steps
      .filter(({ name }) => name === 'COPY')
      .flatMap(({ text }) => text.split(/\s+/));
    expect(manifests.filter((path) => !copied.includes(`${path}/package.json`))).toEqual([]);
  });

  it('runs a Node that the gateway supports, and no development dependencies', () => {
    const major = Number(/NODE_VERSION=(\d+)/.exec(valueOf('ARG'))?.[1]);
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(major).toBe(24);
    expect(major).toBeGreaterThan(Number(/>=(\d+)/.exec(engines.node)?.[1]));
    const installs = steps.filter(({ text }) => text.includes('npm ci'));
    expect(installs.map(({ text }) => text.includes('--omit=dev'))).toEqual([false, true]);
    const copied = steps.slice(last).filter(({ text }) => text.startsWith('--from='));
    expect(copied.map(({ text }) => text)).toEqual([
      '--from=dependencies /app ./',
      '--from=build /app/packages packages',
    ]);
  });

  it('runs as a user that is not root, by number', () => {
    const users = steps.slice(last).filter(({ name }) => name === 'USER');
    expect(users.map(({ text }) => text)).toEqual(['1000:1000']);
  });

  it('starts the command line that is in the image, with settings that are valid', () => {
    const [program, file, ...flags] = JSON.parse(valueOf('ENTRYPOINT')) as string[];
    const command = JSON.parse(valueOf('CMD')) as string[];
    expect(program).toBe('node');
    expect(existsSync(join(root, file!))).toBe(true);
    expect(parseArguments([...flags, ...command])).toMatchObject({
      command: 'serve',
      logDir: '',
      problems: [],
    });
    const environment = Object.fromEntries(
      [...valueOf('ENV').matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
    );
    expect(loadSettings(environment, parseArguments(flags))).toMatchObject({
      settings: { dataDir: valueOf('VOLUME'), port: Number(valueOf('EXPOSE')) },
    });
  });

  it('has the command line on its path, as it is started', () => {
    const [program, file, ...flags] = JSON.parse(valueOf('ENTRYPOINT')) as string[];
    const script = steps.find(({ text }) => text.includes('> /usr/local/bin/turnpike'));
    expect(script?.text).toContain(`exec ${program} /app/${file} ${flags.join(' ')} "$@"`);
    expect(steps.slice(last).findIndex((step) => step === script)).toBeLessThan(
      steps.slice(last).findIndex(({ name }) => name === 'USER'),
    );
  });

  describe('its health check', () => {
    let server: Server | undefined;
    afterEach(() => {
      server?.close();
      server = undefined;
    });
    const check = valueOf('HEALTHCHECK');
    const [program, ...flags] = JSON.parse(check.slice(check.indexOf('['))) as string[];

    it.each([
      [200, 0],
      [503, 1],
    ])('says of a node that answers %s: %s', async (status, expected) => {
      server = createServer((incoming, response) =>
        response.writeHead(incoming.url === '/healthz' ? status : 404).end(),
      ).listen(0, '127.0.0.1');
      await new Promise((resolve) => server!.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const code = await new Promise<number>((resolve) => {
        execFile(
          program!,
          flags,
          { env: { PATH: process.env['PATH'], PORT: String(port) } },
          (error) => resolve(error === null ? 0 : Number(error.code)),
        );
      });
      expect(code).toBe(expected);
    });
  });
});

describe('the compose file', () => {
  const file = parse(read('deploy/compose.yaml'), { merge: true }) as Compose;
  const services = Object.entries(file.services);
  const nodes = services.filter(([, { image }]) => image.startsWith('turnpike:'));

  it('has one master and two slaves, and gives each settings that it starts with', () => {
    const roles = nodes.map(([name, { environment = {} }]) => {
      const values = Object.entries(environment).map(([key, value]) => [key, fill(value)]);
      const loaded = loadSettings(Object.fromEntries(values), parseArguments([]));
      expect([name, loaded]).toEqual([name, expect.not.objectContaining({ problems: [] })]);
      expect(loaded).not.toHaveProperty('problems');
      return 'settings' in loaded ? loaded.settings.role : undefined;
    });
    expect(roles).toEqual(['master', 'slave', 'slave']);
  });

  it('has no password, and says which are missing', () => {
    const text = read('deploy/compose.yaml');
    const secrets = [...text.matchAll(/\$\{(\w*(?:KEY|SECRET|PASSWORD))(:\?)?/g)];
    expect(new Set(secrets.map(([, name]) => name)).size).toBe(5);
    expect(secrets.filter(([, , required]) => required === undefined)).toEqual([]);
    for (const [, name] of secrets) expect(text.split('name:')[0]).toContain(name);
  });

  it('gives nodes more time to stop than they may take', () => {
    for (const [, { stop_grace_period: period, environment }] of nodes)
      expect(parseInt(period!, 10)).toBeGreaterThan(parseInt(environment!['SHUTDOWN_GRACE']!, 10));
  });

  it('gives each node a volume of its own', () => {
    const volumes = nodes.flatMap(([, { volumes: own = [] }]) => own);
    expect(new Set(volumes).size).toBe(3);
    expect(volumes.every((volume) => volume.endsWith(':/data'))).toBe(true);
  });

  it('waits only for what can become healthy', () => {
    for (const [name, { depends_on: needs = {}, healthcheck }] of services) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect([name, Object.keys(file.services)]).toEqual([
          name,
          expect.arrayContaining([needed]),
        ]);
        if (condition === 'service_healthy')
          expect([needed, file.services[needed]!.healthcheck]).not.toEqual([needed, undefined]);
      }
      for (const part of healthcheck?.test ?? []) expect(typeof part).toBe('string');
    }
  });

  it('mounts files that are there, and volumes that it declares', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((it) => it.split(':')[0]!),
    );
    const missing = mounts.filter((source) =>
      source.startsWith('.')
        ? !existsSync(join(root, 'deploy', source))
        : !Object.keys(file.volumes).includes(source),
    );
    expect(missing).toEqual([]);
  });

  it('is open to this machine only, unless it is told otherwise', () => {
    const ports = services.flatMap(([, { ports: own = [] }]) => own.map(fill));
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('has a Redis that throws nothing away', () => {
    expect(file.services['redis']!.command!.join(' ')).toMatch(
      /--appendonly yes .*--maxmemory-policy noeviction/,
    );
  });

  it('fills every placeholder of the load balancer with nodes that are there', () => {
    const placeholders = [...read('deploy/nginx/turnpike.conf').matchAll(/\$\{(\w+)\}/g)];
    const { environment = {} } = file.services['nginx']!;
    expect(Object.keys(environment).sort()).toEqual(placeholders.map(([, name]) => name).sort());
    const hosts = [
      ...Object.values(environment)
        .join(' ')
        .matchAll(/server ([\w-]+):3000/g),
    ];
    expect(new Set(hosts.map(([, host]) => host))).toEqual(new Set(nodes.map(([name]) => name)));
  });

  it('has every node asked by Prometheus', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as Prometheus;
    const job = jobs.find((it) => it.job_name === 'turnpike')!;
    expect(job.static_configs[0]!.targets).toEqual(nodes.map(([name]) => `${name}:3000`));
  });
});

describe('alerts and dashboard', () => {
  const { groups } = parse(read('deploy/prometheus/rules.yml')) as Rules;
  const rules = groups.flatMap((group) => group.rules);
  const dashboard = JSON.parse(read('deploy/grafana/dashboards/turnpike.json')) as Dashboard;
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const asked = [...rules.map(({ expr }) => expr), ...queries];

  it('ask for metrics that exist', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const known = new Set([
      ...['up', ...registry.getMetricsAsArray().map(({ name }) => name)],
      ...listMetrics().map(({ name }) => name),
    ]);
    const found = asked.flatMap(
      (expr) => expr.match(/\b(up|(turnpike|process|nodejs)_\w+)\b/g) ?? [],
    );
    expect(found.length).toBeGreaterThan(30);
    const names = new Set(found.map((name) => name.replace(/_bucket$/, '')));
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
  });

  it('have advice for whoever is woken up', () => {
    const guide = read('docs/guides/run-a-cluster.md');
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ alert }) => !guide.includes(`\`${alert}\``))).toEqual([]);
    for (const { labels, annotations } of rules) {
      expect(labels.severity).toMatch(/^(critical|warning)$/);
      expect(Object.keys(annotations)).toEqual(['summary', 'description']);
    }
  });

  it('ask for labels that the metrics have', () => {
    const labels = new Map(
      listMetrics().map(({ name, labelNames = [] }) => [name, new Set(labelNames)]),
    );
    const unknown = asked.flatMap((expr) =>
      listSelectors(expr).flatMap(({ metric, label }) =>
        [...(labels.get(metric) ?? []), 'instance', 'job', 'le'].includes(label)
          ? []
          : [`${metric}{${label}}`],
      ),
    );
    expect(listSelectors(asked.join(' ')).length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  it('sound, each of them, in a test of their rules', () => {
    const { tests } = parse(read('deploy/prometheus/rules.test.yml')) as RuleTests;
    const checks = tests.flatMap(({ alert_rule_test: own }) => own);
    const sounding = checks.filter(({ exp_alerts: alerts = [] }) => alerts.length > 0);
    const tested = new Set(sounding.map(({ alertname }) => alertname));
    expect(rules.map(({ alert }) => alert).filter((name) => !tested.has(name))).toEqual([]);
  });

  it('have panels that can be told apart and that say where their numbers are from', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { datasource } of panels) expect(datasource!.uid).toBe('${datasource}');
  });

  const promtool = [...process.env['PATH']!.split(delimiter), join(homedir(), 'go/bin')]
    .map((directory) => join(directory, 'promtool'))
    .find((path) => existsSync(path));
  const withPromtool = promtool === undefined ? it.skip : it;

  withPromtool('ask in words that Prometheus understands', () => {
    // A rule for each query of the dashboard; what Grafana fills in is filled in.
    const filled = queries.map((expr) => expr.replaceAll('$__rate_interval', '1m'));
    expect(filled.filter((expr) => expr.includes('$'))).toEqual([]);
    const named = filled.map((expr, index) => ({ record: `panel:${index}`, expr }));
    const text = JSON.stringify({ groups: [{ name: 'dashboard', rules: named }] });
    const folder = mkdtempSync(join(tmpdir(), 'turnpike-dashboard-'));
    const file = join(folder, 'rules.yml');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(promtool!, ['check', 'rules', file]);
    rmSync(folder, { recursive: true });
    expect([status, status === 0 ? '' : String(stdout) + String(stderr)]).toEqual([0, '']);
    expect(String(stdout)).toContain(`${queries.length} rules found`);
  });

  withPromtool('sound when they should', () => {
    for (const command of [
      ['check', 'config', 'deploy/prometheus/prometheus.yml'],
      ['test', 'rules', 'deploy/prometheus/rules.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync(promtool!, command, { cwd: root });
      expect([status, status === 0 ? '' : String(stdout) + String(stderr)]).toEqual([0, '']);
    }
  });
});

type Compose = { services: Record<string, Service>; volumes: Record<string, null> };
type Service = {
  image: string;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  command?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
};
type Prometheus = {
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
};
type Rule = {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
};
type RuleTests = {
  tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
};
type Rules = { groups: { rules: Rule[] }[] };
type Panel = {
  id: number;
  type: string;
  title: string;
  datasource?: { uid: string };
  targets?: { expr: string }[];
};
type Dashboard = { panels: Panel[] };

/** Which labels of which metrics of ours a query selects or groups by. */
function listSelectors(expr: string): { metric: string; label: string }[] {
  const selected = [...expr.matchAll(/(turnpike_\w+)\{([^}]*)\}/g)].flatMap(([, metric, inside]) =>
    [...inside!.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => ({ metric, label })),
  );
  const grouped = [...expr.matchAll(/ by \(([^)]*)\) \((?:\w+\()?(turnpike_\w+)/g)].flatMap(
    ([, inside, metric]) => inside!.split(/,\s*/).map((label) => ({ metric, label })),
  );
  return [...selected, ...grouped].map(({ metric, label }) => ({
    metric: metric!.replace(/_bucket$/, ''),
    label: label!,
  }));
}

/** Instructions with their arguments: comments gone, lines that were continued joined. */
function readSteps(text: string): { name: string; text: string }[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(/ +/);
      return { name, text: rest.join(' ') };
    });
}

/** As compose does: what is required is given, what has a default has it. */
function fill(value: string): string {
  return value
    .replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
    .replaceAll(/\$\{\w+:\?[^}]*\}/g, 'x'.repeat(32));
}
