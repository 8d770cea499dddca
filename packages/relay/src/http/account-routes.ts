import type { Door } from './door.ts';

interface AccountRow {
  path: RegExp;
  methods: readonly string[];
  door?: Door;
}

/** Routes about things that one upstream account keeps: passed through where a channel is chosen for it, else 501. */
export const accountRows: readonly AccountRow[] = [
  { path: /^\/v1\/files$/, methods: ['GET', 'POST'] },
  { path: /^\/v1\/files\/[^/]+$/, methods: ['GET', 'DELETE'] },
  { path: /^\/v1\/files\/[^/]+\/content$/, methods: ['GET'] },
  { path: /^\/v1\/fine_tuning\/jobs$/, methods: ['GET', 'POST'] },
  { path: /^\/v1\/fine_tuning\/jobs\/[^/]+$/, methods: ['GET'] },
  { path: /^\/v1\/fine_tuning\/jobs\/[^/]+\/cancel$/, methods: ['POST'] },
  { path: /^\/v1\/fine_tuning\/jobs\/[^/]+\/events$/, methods: ['GET'] },
  { path: /^\/v1\/fine-tunes(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/batches(\/.*)?$/, methods: ['GET', 'POST'] },
  { path: /^\/v1\/uploads(\/.*)?$/, methods: ['POST'] },
  { path: /^\/v1\/vector_stores(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/assistants(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/threads(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/conversations(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/containers(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/evals(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/videos(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
];

/** Routes of the vendors that are not relayed: answered 501, and never retried by SDKs. */
export const notImplementedRows: readonly AccountRow[] = [
  { path: /^\/v1\/chat\/completions\/[^/]+(\/messages)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/responses\/.+$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/realtime(\/.*)?$/, methods: ['GET', 'POST'] },
  {
    path: /^\/v1\/messages\/batches(\/.*)?$/,
    methods: ['GET', 'POST', 'DELETE'],
    door: 'anthropic',
  },
  { path: /^\/v1\/complete$/, methods: ['POST'], door: 'anthropic' },
  { path: /^\/v1\/skills(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'], door: 'anthropic' },
];
