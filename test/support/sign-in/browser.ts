/** What a browser does of HTTP: it keeps cookies for each host, and follows redirects when it is told to. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** One request; a redirect is an answer. */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const headers = new Headers(init.headers);
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  }

  /** Goes where it is sent until an address begins with `until`; resolves to that address, which is not asked for. */
  async follow(url: string, until: string): Promise<URL> {
    let place = url;
    for (let hops = 0; hops < 12; hops += 1) {
      if (place.startsWith(until)) return new URL(place);
      const response = await this.send(place);
      const location = response.headers.get('location');
      if (location === null)
        throw new Error(`${place} answered ${response.status}: ${await response.text()}`);
      place = new URL(location, place).href;
    }
    throw new Error(`too many redirects, the last one to ${place}`);
  }

  /** Calls the management API as a console does. */
  async call(url: string, init: RequestInit = {}): Promise<ApiAnswer> {
    const response = await this.send(url, init);
    const body = (await response.json()) as Omit<ApiAnswer, 'status'>;
    return { ...body, status: response.status };
  }

  post(url: string, body: unknown): Promise<ApiAnswer> {
    return this.call(url, { method: 'POST', body: JSON.stringify(body) });
  }
}

export interface ApiAnswer {
  status: number;
  success: boolean;
  message: string;
  code?: string;
  data?: unknown;
  authorization_url?: string;
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals);
  const isGone = attributes.some((each) => /^\s*expires=Thu, 01 Jan 1970/i.test(each));
  if (isGone) jar.delete(name);
  else jar.set(name, pair.slice(equals + 1));
}
