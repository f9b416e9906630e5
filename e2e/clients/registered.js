// The v1 SDK's client, told a URL and, where the tenant itself is the authorization server, the id of a client that is registered
// there: it finds the authorization server, signs in as MCP_USER with a browser that needs no person, and calls a tool.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { check, expect, finish, textOf, url } from './checks.js';

const redirect = 'http://127.0.0.1:33418/';
const user = process.env.MCP_USER;
const clientId = process.env.MCP_CLIENT_ID;
const cookies = new Map();

async function visit(target, options = {}) {
    const headers = { ...options.headers };
    const kept = [...(cookies.get(target.origin) ?? new Map()).values()];
    if (kept.length > 0) {
        headers.Cookie = kept.join('; ');
    }
    const response = await fetch(target, { ...options, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
        const pair = line.split(';')[0];
        const ofHost = cookies.get(target.origin) ?? new Map();
        ofHost.set(pair.slice(0, pair.indexOf('=')), pair);
        cookies.set(target.origin, ofHost);
    }
    return response;
}

/** Follows redirects, approves what the gateway asks, and ends at the client's own address. */
async function browse(start) {
    let at = start;
    let options = {};
    for (let step = 0; step < 12; step++) {
        if (at.pathname.endsWith('/oauth2/v2.0/authorize')) {
            at.searchParams.set('login_hint', user);
        }
        const response = await visit(at, options);
        const location = response.headers.get('location');
        if (location) {
            at = new URL(location, at);
            options = {};
            if (at.href.startsWith(redirect)) {
                return at.searchParams;
            }
            continue;
        }
        const page = await response.text();
        const transaction = /name="transaction" value="([^"]*)"/.exec(page)?.[1];
        expect(transaction !== undefined, `stuck at ${at.pathname}: ${response.status} ${page.replace(/<[^>]*>/g, ' ')}`);
        options = {
            method: 'POST',
            headers: { Origin: at.origin, 'Content-Type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({ transaction, decision: 'approve' })
        };
        at = new URL('/consent', at);
    }
    throw new Error('too many steps');
}

let information = clientId ? { client_id: clientId } : undefined;
let tokens;
let verifier;
let answer;
const provider = {
    redirectUrl: redirect,
    clientMetadata: {
        client_name: 'An SDK client',
        redirect_uris: [redirect],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none'
    },
    state: () => 'a-state',
    clientInformation: () => information,
    saveClientInformation: saved => {
        information = saved;
    },
    tokens: () => tokens,
    saveTokens: saved => {
        tokens = saved;
    },
    saveCodeVerifier: saved => {
        verifier = saved;
    },
    codeVerifier: () => verifier,
    redirectToAuthorization: async to => {
        answer = await browse(to);
    }
};

const client = new Client({ name: 'ostiary-registered', version: '1.0.0' });

await check('signs in', async () => {
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
    try {
        await client.connect(transport);
    } catch (e) {
        if (!(e instanceof UnauthorizedError)) {
            throw e;
        }
    }
    expect(answer?.get('code'), `no code: ${answer?.get('error_description')}`);
    expect(answer.get('state') === 'a-state', 'another state');
    await transport.finishAuth(answer.get('code'));
    expect(tokens?.access_token, 'no token');
    expect(!clientId || information.client_id === clientId, 'another client id');
});
await check('lists and calls a tool', async () => {
    await client.connect(new StreamableHTTPClientTransport(url, { authProvider: provider }));
    const { tools } = await client.listTools();
    expect(tools.some(tool => tool.name === 'read_note'), 'read_note is not listed');
    const result = await client.callTool({ name: 'read_note', arguments: { id: 'welcome' } });
    expect(textOf(result).includes('memory only'), textOf(result));
});
await client.close();
finish();
