// An MCP server on the v1 SDK whose tokens come from oidc-provider: registration, PKCE, refresh with rotation, resource indicators, none of
// it ours. On a free loopback port, for as long as standard input is open. POST /expire makes the server refuse the
// tokens that it has seen so far, GET /seen tells what was asked for and refused.
import {createServer} from 'node:http';
import express from 'express';
import {createRemoteJWKSet, jwtVerify} from 'jose';
import {errors, Provider} from 'oidc-provider';
import {z} from 'zod';
import {InvalidTokenError} from '@modelcontextprotocol/sdk/server/auth/errors.js';
import {requireBearerAuth} from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import {getOAuthProtectedResourceMetadataUrl} from '@modelcontextprotocol/sdk/server/auth/router.js';
import {McpServer} from '@modelcontextprotocol/sdk/server/mcp.js';
import {StreamableHTTPServerTransport} from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const http = createServer();
await new Promise(resolve => http.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${http.address().port}`;
const resource = `${origin}/mcp`;

const seen = {registered: 0, granted: [], refused: []};
const provider = new Provider(origin, {
  scopes: ['openid', 'offline_access'],
  ttl: {AccessToken: 3600, RefreshToken: 3600, Session: 3600, Grant: 3600, Interaction: 600, AuthorizationCode: 60, IdToken: 600},
  features: {
    registration: {enabled: true},
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, wanted) => {
        if (wanted !== resource) throw new errors.InvalidTarget();
        return {scope: 'notes:read', audience: resource, accessTokenTTL: 3600, accessTokenFormat: 'jwt'};
      },
    },
  },
});
provider.on('registration_create.success', () => seen.registered++);
provider.on('grant.success', ctx => seen.granted.push(ctx.oidc.params.grant_type));
provider.on('grant.error', (ctx, error) => seen.refused.push(`${ctx.oidc.params?.grant_type}: ${error.error_detail ?? error.message}`));
provider.on('authorization.error', (_, error) => seen.refused.push(`authorize: ${error.error_detail ?? error.message}`));

const issued = new Set();
const expired = new Set();
const keys = createRemoteJWKSet(new URL(`${origin}/jwks`));
const verifier = {
  async verifyAccessToken(token) {
    try {
      const {payload} = await jwtVerify(token, keys, {issuer: origin, audience: resource, typ: 'at+jwt'});
      if (expired.has(payload.jti)) throw new Error('it has been ended');
      issued.add(payload.jti);
      return {
        token,
        clientId: payload.client_id,
        scopes: payload.scope.split(' '),
        expiresAt: payload.exp,
        resource: new URL(payload.aud),
        extra: {user: payload.sub},
      };
    } catch (error) {
      throw new InvalidTokenError(error.message);
    }
  },
};

function notes() {
  const server = new McpServer({name: 'other-notes', version: '1.0.0'});
  server.registerTool('whoami', {description: 'Says who calls.', inputSchema: {greeting: z.string()}}, ({greeting}, extra) => ({
    content: [{type: 'text', text: `${greeting}, ${extra.authInfo.extra.user} with ${extra.authInfo.scopes.join(' ')}`}],
  }));
  return server;
}

const app = express();
app.get(new URL(getOAuthProtectedResourceMetadataUrl(new URL(resource))).pathname, (_, response) =>
  response.json({resource, authorization_servers: [origin], scopes_supported: ['notes:read']}));
app.post('/expire', (_, response) => {
  for (const id of issued) expired.add(id);
  response.sendStatus(204);
});
app.get('/seen', (_, response) => response.json(seen));
app.all(
  '/mcp',
  requireBearerAuth({
    verifier,
    requiredScopes: ['notes:read'],
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource)),
    expectedResource: new URL(resource),
  }),
  express.json(),
  async (request, response) => {
    const transport = new StreamableHTTPServerTransport({sessionIdGenerator: undefined});
    response.on('close', () => transport.close());
    await notes().connect(transport);
    await transport.handleRequest(request, response, request.body);
  },
);
app.use(provider.callback());
http.on('request', app);

console.log(`listening on ${resource}`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
