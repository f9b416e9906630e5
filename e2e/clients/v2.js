// The v2 SDK's client (@modelcontextprotocol/client) in the era that MCP_ERA names: `legacy`, `modern`, or `auto`, which
// looks first and falls back.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { check, eventually, expect, finish, headers, server, sleep, textOf, url } from './checks.js';
import { commonChecks, offers, samplingAnswer } from './common-checks.js';

const era = process.env.MCP_ERA ?? 'auto';
const mode = era === 'modern' ? { pin: '2026-07-28' } : era;
const requestInit = { headers };
// A stdio server behind its bridge, which serves both eras.
const bridged = process.env.MCP_BRIDGED === 'true';
const modern = era === 'modern' || (era === 'auto' && (server === 'v2' || bridged));
// The v2 server keeps no sessions for legacy clients, and has nobody to ask then.
const asks = server !== 'v2' || modern;
const offer = asks ? offers[server] : { ...offers[server], sampling: undefined };

function newClient() {
    const client = new Client(
        { name: 'ostiary-v2', version: '1.0.0' },
        { capabilities: { sampling: {}, elicitation: { form: {} } }, versionNegotiation: { mode } }
    );
    client.setRequestHandler('sampling/createMessage', () => samplingAnswer);
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: offer.elicited }));
    return client;
}

const client = newClient();
const transport = new StreamableHTTPClientTransport(url, { requestInit });

await check(`connect (${era})`, async () => {
    await client.connect(transport);
    expect(client.getProtocolEra() === (modern ? 'modern' : 'legacy'), `the era is ${client.getProtocolEra()}`);
});
const tool = (params, options) => client.callTool(params, options);
const seen = server === 'v2' ? { cancelled: async () => Number(textOf(await tool({ name: 'cancelled', arguments: {} }))) } : {};
await commonChecks(client, offer, { tool }, modern ? seen : {});

if (modern && server === 'v2') {
    await check('subscriptions/listen tells of changes, ends when closed, and can be opened again', async () => {
        let changes = 0;
        client.setNotificationHandler('notifications/tools/list_changed', () => {
            changes++;
        });
        for (let round = 1; round <= 2; round++) {
            const subscription = await client.listen({ toolsListChanged: true });
            const before = changes;
            await tool({ name: 'announce', arguments: {} });
            await eventually(() => changes > before, `round ${round}: no notification came`);
            await subscription.close();
        }
        const after = changes;
        await tool({ name: 'announce', arguments: {} });
        await sleep(300);
        expect(changes === after, 'a notification came after closing');
    });
    await check('a header that contradicts the body is refused', async () => {
        const answer = await fetch(url, {
            method: 'POST',
            headers: {
                ...headers,
                'Content-Type': 'application/json',
                Accept: 'application/json, text/event-stream',
                'Mcp-Protocol-Version': '2026-07-28',
                'Mcp-Method': 'tools/call',
                'Mcp-Name': 'echo'
            },
            body: JSON.stringify({
                jsonrpc: '2.0',
                id: 1,
                method: 'tools/call',
                params: {
                    name: 'announce',
                    arguments: {},
                    _meta: {
                        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
                        'io.modelcontextprotocol/clientCapabilities': {}
                    }
                }
            })
        });
        const body = await answer.json();
        expect(answer.status === 400 && body.error?.code === -32020, `${answer.status} ${JSON.stringify(body)}`);
    });
} else if (!modern && server === 'everything') {
    await check('resumption with Last-Event-ID on a new connection', async () => {
        const params = { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 } };
        const first = newClient();
        const cut = new StreamableHTTPClientTransport(url, { requestInit });
        await first.connect(cut);
        const sessionId = cut.sessionId;
        let lastEventId;
        const call = first
            .callTool(params, {
                onprogress: () => {},
                onresumptiontoken: token => {
                    lastEventId = token;
                }
            })
            .catch(() => 'cut');
        await eventually(() => lastEventId !== undefined, 'no event has an id');
        const from = lastEventId;
        await cut.close();
        expect((await call) === 'cut', 'the call was answered before the connection was cut');
        await sleep(1_500);

        const second = newClient();
        await second.connect(new StreamableHTTPClientTransport(url, { requestInit, sessionId }));
        const result = await second.callTool(params, { resumptionToken: from, onresumptiontoken: () => {} });
        expect(textOf(result).includes('completed'), textOf(result));
        await second.close();
    });
}
await check('close', () => client.close());
finish();
