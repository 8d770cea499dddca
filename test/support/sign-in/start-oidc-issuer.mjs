import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const client = { id: 'gateway', secret: 'secret-of-the-gateway-0123456789' };

/**
 * A certified OpenID provider; whoever comes to its login page is `person`, and agrees to everything.
 *
 * @param {string} redirectUri where it sends browsers back to
 */
export async function startOidcIssuer(redirectUri) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const people = new Map();
  const issuer = {
    wellKnown: `${url}/.well-known/openid-configuration`,
    url,
    client,
    person: { sub: 'nobody' },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const provider = new Provider(url, toConfiguration(redirectUri, people));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/login/')) {
      void answer(request, response);
      return;
    }
    const { person } = issuer;
    people.set(person.sub, { ...person });
    void provider.interactionFinished(request, response, { login: { accountId: person.sub } });
  });
  return issuer;
}

function toConfiguration(redirectUri, people) {
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/login/${uid}` },
    // Consoles of One API know nothing of it.
    pkce: { required: () => false },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => Promise.resolve({ ...people.get(sub), sub }),
    }),
    async loadExistingGrant({ oidc }) {
      const { Grant } = oidc.provider;
      const grant = new Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    cookies: { keys: ['a key of the tests'] },
  };
}
