// For `NODE_OPTIONS=--import=<this file>`: writes down every module that a process loads, one address a line, into the
// file that RECORD_MODULES_IN names. What it loaded by `require` is there when the process has ended in good order.
import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Node runs this file once more, in the thread of its hooks; workers of the process load it too.
if (isMainThread) {
  const file = process.env.RECORD_MODULES_IN;
  register(import.meta.url, { data: file });
  process.once('exit', () => {
    const { cache } = createRequire(import.meta.url);
    for (const path of Object.keys(cache)) appendFileSync(file, `${pathToFileURL(path).href}\n`);
  });
}

let record;
export function initialize(file) {
  record = file;
}

export function load(url, context, nextLoad) {
  appendFileSync(record, `${url}\n`);
  return nextLoad(url, context);
}
