/**
 * Speaks the management API the way a newcomer's script would: log in, take an access token, create things.
 * Every method throws with the server's own message when the envelope says `success: false`.
 */
export async function logIn(url, username = 'root', password = '123456') {
  const response = await fetch(`${url}/api/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const user = await openEnvelope(response, 'POST /api/user/login');
  const cookie = (response.headers.getSetCookie()[0] ?? '').split(';')[0];
  const tokenResponse = await fetch(`${url}/api/user/token`, { headers: { cookie } });
  const accessToken = await openEnvelope(tokenResponse, 'GET /api/user/token');
  return createAdminClient(url, accessToken, user);
}

function createAdminClient(url, accessToken, user) {
  async function call(method, path, body) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: accessToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return openEnvelope(response, `${method} ${path}`);
  }

  async function findOnly(path, matches) {
    const found = (await call('GET', path)).filter(matches);
    if (found.length !== 1) throw new Error(`${path}: expected one match, got ${found.length}`);
    return found[0];
  }

  return {
    url,
    user,
    accessToken,
    call,
    /** Creates an OpenAI channel (type 1) unless `type` says otherwise; resolves to the stored channel. */
    async createChannel({ name, baseUrl, models, ...rest }) {
      await call('POST', '/api/channel/', {
        type: 1,
        key: 'sk-sim',
        group: 'default',
        name,
        base_url: baseUrl,
        models: Array.isArray(models) ? models.join(',') : models,
        ...rest,
      });
      const query = encodeURIComponent(name);
      return findOnly(`/api/channel/search?keyword=${query}`, (row) => row.name === name);
    },
    updateChannel: (id, change) => call('PUT', '/api/channel/', { id, ...change }),
    getChannel: (id) => call('GET', `/api/channel/${id}`),
    /** Creates an API token of the logged-in user; `key` in the answer includes `sk-`. */
    async createToken({ name = 'test', ...rest } = {}) {
      const token = await call('POST', '/api/token/', {
        name,
        expired_time: -1,
        remain_quota: 0,
        unlimited_quota: true,
        ...rest,
      });
      return { ...token, key: `sk-${token.key}` };
    },
    getToken: (id) => call('GET', `/api/token/${id}`),
    updateToken: (token) =>
      call('PUT', '/api/token/', { ...token, key: undefined, status: undefined }),
    /** Creates a user with a balance, and resolves to a client that is logged in as that user. */
    async createUser({ username, password = 'correct-horse', quota = 0, group }) {
      await call('POST', '/api/user/', { username, password, display_name: username });
      const created = await findOnly(
        `/api/user/search?keyword=${username}`,
        (row) => row.username === username,
      );
      await call('PUT', '/api/user/', {
        id: created.id,
        username,
        quota,
        ...(group !== undefined && { group }),
      });
      return logIn(url, username, password);
    },
    getUser: (id) => call('GET', `/api/user/${id}`),
    getSelf: () => call('GET', '/api/user/self'),
    setOption: (key, value) =>
      call('PUT', '/api/option/', {
        key,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      }),
    async getOption(key) {
      const options = await call('GET', '/api/option/');
      return options.find((option) => option.key === key)?.value;
    },
    /** Every log row that matches, all pages. */
    async listLogs(query = '') {
      const rows = [];
      for (let page = 0; ; page++) {
        const size = 100;
        const found = await call('GET', `/api/log/?p=${page}&page_size=${size}&${query}`);
        rows.push(...found);
        if (found.length === 0 || found.length < 10) return rows;
      }
    },
  };
}

async function openEnvelope(response, what) {
  const text = await response.text();
  let envelope;
  try {
    envelope = JSON.parse(text);
  } catch {
    throw new Error(`${what}: status ${response.status}, not JSON: ${text.slice(0, 200)}`);
  }
  if (envelope.success !== true) {
    throw new Error(`${what}: status ${response.status}: ${envelope.message ?? text}`);
  }
  return envelope.data;
}
