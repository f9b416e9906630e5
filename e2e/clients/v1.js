// The v1 SDK's client (@modelcontextprotocol/sdk), which speaks the legacy era: initialize and, where the server keeps
// them, sessions.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
    CallToolResultSchema,
    CreateMessageRequestSchema,
    ElicitRequestSchema,
    ListRootsRequestSchema,
    LoggingMessageNotificationSchema
} from '@modelcontextprotocol/sdk/types.js';
import { check, eventually, expect, finish, headers, server, sleep, textOf, url } from './checks.js';
import { commonChecks, offers, samplingAnswer } from './common-checks.js';

const requestInit = { headers };
// The v2 server keeps no sessions for legacy clients, and so has nobody to ask.
const offer = server === 'v2' ? { ...offers.v2, sampling: undefined } : offers.everything;

function newClient() {
    const client = new Client(
        { name: 'ostiary-v1', version: '1.0.0' },
        { capabilities: { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } } }
    );
    client.setRequestHandler(CreateMessageRequestSchema, () => samplingAnswer);
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: offer.elicited }));
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///tmp/here', name: 'here' }] }));
    return client;
}

const client = newClient();
const transport = new StreamableHTTPClientTransport(url, { requestInit });

await check('initialize', async () => {
    await client.connect(transport);
    expect(client.getServerVersion().name.length > 0, 'no server name');
    // A gateway may give a session of its own to a client whose server keeps none.
    expect(transport.sessionId !== undefined || server === 'v2', 'no session id');
});
const tool = (params, options) => client.callTool(params, CallToolResultSchema, options);
await check('ping', () => client.ping());
await commonChecks(client, offer, { tool }, {});

if (server === 'everything') {
    await check('roots', async () => {
        let text = '';
        await eventually(async () => {
            text = textOf(await tool({ name: 'get-roots-list', arguments: {} }));
            return text.includes('file:///tmp/here');
        }, 'the server never learned of the roots');
    });
    await check('notifications on the GET stream', async () => {
        let seen = 0;
        client.setNotificationHandler(LoggingMessageNotificationSchema, () => {
            seen++;
        });
        await client.setLoggingLevel('debug');
        await tool({ name: 'toggle-simulated-logging', arguments: {} });
        await eventuallyWithin(12_000, () => seen > 0, 'no log message came');
        await tool({ name: 'toggle-simulated-logging', arguments: {} });
    });
    await check('resumption with Last-Event-ID on a new connection', async () => {
        const first = newClient();
        const cut = new StreamableHTTPClientTransport(url, { requestInit });
        await first.connect(cut);
        const sessionId = cut.sessionId;
        let lastEventId;
        const call = first
            .request({ method: 'tools/call', params: { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 } } }, CallToolResultSchema, {
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
        const resumed = new StreamableHTTPClientTransport(url, { requestInit, sessionId });
        await second.connect(resumed);
        const result = await second.request(
            { method: 'tools/call', params: { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 } } },
            CallToolResultSchema,
            { resumptionToken: from, onresumptiontoken: () => {} }
        );
        expect(textOf(result).includes('completed'), textOf(result));
        await second.close();
    });
    await check('a session ends with DELETE and is unknown afterwards', async () => {
        const ending = newClient();
        const session = new StreamableHTTPClientTransport(url, { requestInit });
        await ending.connect(session);
        const sessionId = session.sessionId;
        await session.terminateSession();
        await ending.close();
        const answer = await fetch(url, {
            method: 'POST',
            headers: {
                ...headers,
                'Content-Type': 'application/json',
                Accept: 'application/json, text/event-stream',
                'Mcp-Session-Id': sessionId,
                'Mcp-Protocol-Version': '2025-11-25'
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
        });
        await answer.body?.cancel();
        expect([400, 404].includes(answer.status), `status ${answer.status}`);
    });
}
await check('close', () => client.close());
finish();

async function eventuallyWithin(millis, condition, message) {
    const end = Date.now() + millis;
    while (!condition()) {
        expect(Date.now() < end, message);
        await sleep(50);
    }
}
