import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cores, run, temporaryFolder } from './processes.mjs';

const script = fileURLToPath(new URL('post.lua', import.meta.url));
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU of a process so far, all threads, user and system: microseconds. */
export function readCpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name is in parentheses and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

/** Resident memory of a process: MB (10^6 bytes). */
export function readRss(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024) / 1e6;
}

/** Writes a request body, and the raw request that the stream client sends, into the temporary folder. */
export function prepareBody(name, body) {
  const path = `${temporaryFolder}${name}.json`;
  writeFileSync(path, JSON.stringify(body));
  return path;
}

/**
 * One round of wrk against a process.
 *
 * @returns {{ requests, seconds, p50, p99, max, errors, cpu }} times and `cpu` in microseconds
 */
export async function runWrk({ target, path, bodyFile, connections, seconds }) {
  const cpuBefore = readCpu(target.pid);
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s'];
  const output = await run([...command, '-s', script, target.url + path], {
    core: cores.rest,
    env: { BODY_FILE: bodyFile, API_KEY: target.key ?? 'sk-floor' },
  });
  const result = JSON.parse(output.trim().split('\n').at(-1));
  const cpu = readCpu(target.pid) - cpuBefore;
  return { ...result, seconds: result.durationUs / 1e6, cpu };
}

/**
 * One round of the stream client.
 *
 * @returns {{ chunks, streams, delayP50, delayP99, streamP50, streamP99, errors, cpu, rss }} as above; `rss` in MB is
 *   the largest seen while the streams were open, and `cpu` is what the counted seconds cost
 */
export async function runStreams({ client, target, path, bodyFile, connections, seconds, warmUp }) {
  const body = readFileSync(bodyFile);
  const { host, port } = new URL(target.url);
  const requestFile = `${temporaryFolder}stream-request.txt`;
  const head =
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${target.key ?? 'sk-floor'}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  writeFileSync(requestFile, Buffer.concat([Buffer.from(head), body]));

  let cpuBefore = 0;
  let rss = 0;
  const started = setTimeout(() => {
    cpuBefore = readCpu(target.pid);
  }, warmUp * 1000);
  const sampler = setInterval(() => {
    rss = Math.max(rss, readRss(target.pid));
  }, 200);
  const args = [port, connections, seconds, warmUp, requestFile].map(String);
  try {
    const output = await run([client, ...args], { core: cores.rest });
    return { ...JSON.parse(output), cpu: readCpu(target.pid) - cpuBefore, rss, seconds };
  } finally {
    clearTimeout(started);
    clearInterval(sampler);
  }
}
