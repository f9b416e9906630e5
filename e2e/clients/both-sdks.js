// The clients of both SDK generations behind one face, connected as the environment says (see capabilities.js). Each answers
// what the server asks: a model that always says the same, a user called Ada, one root.

import './address.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
    CallToolResultSchema,
    CreateMessageRequestSchema,
    ElicitRequestSchema,
    ListRootsRequestSchema,
    LoggingMessageNotificationSchema
} from '@modelcontextprotocol/sdk/types.js';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { pathToFileURL } from 'node:url';

const v2 = process.env.MCP_SDK === 'v2';
export const era = process.env.MCP_ERA ?? 'legacy';
export const folder = process.env.MCP_FOLDER ?? '/nowhere';

const answers = {
    sampling: () => ({ role: 'assistant', content: { type: 'text', text: 'forty-two' }, model: 'none', stopReason: 'endTurn' }),
    elicitation: () => ({ action: 'accept', content: { name: 'Ada', check: true } }),
    roots: () => ({ roots: [{ uri: pathToFileURL(`${folder}/inner`).href, name: 'inner' }] })
};

const open = new Map();

/** A client that can be asked, or one that cannot: each is connected once. */
export function connected(asks) {
    if (!open.has(asks)) {
        open.set(asks, connect(asks));
    }
    return open.get(asks);
}

async function connect(asks) {
    const info = { name: 'ostiary-capabilities', version: '1.0.0' };
    const capabilities = asks ? { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } } : {};
    const mode = era === 'modern' ? { pin: '2026-07-28' } : 'legacy';
    const client = v2 ? new ClientV2(info, { capabilities, versionNegotiation: { mode } }) : new ClientV1(info, { capabilities });
    if (asks) {
        client.setRequestHandler(v2 ? 'sampling/createMessage' : CreateMessageRequestSchema, answers.sampling);
        client.setRequestHandler(v2 ? 'elicitation/create' : ElicitRequestSchema, answers.elicitation);
        client.setRequestHandler(v2 ? 'roots/list' : ListRootsRequestSchema, answers.roots);
    }
    const logged = [];
    client.setNotificationHandler(v2 ? 'notifications/message' : LoggingMessageNotificationSchema, ({ params }) => logged.push(params));
    await client.connect(transport());
    return {
        client,
        logged,
        call: (name, args = {}, options = undefined) =>
            v2
                ? client.callTool({ name, arguments: args }, options)
                : client.callTool({ name, arguments: args }, CallToolResultSchema, options)
    };
}

function transport() {
    if (process.env.MCP_COMMAND) {
        const [command, ...args] = JSON.parse(process.env.MCP_COMMAND);
        return new (v2 ? StdioV2 : StdioV1)({ command, args, stderr: 'inherit' });
    }
    const url = new URL(process.env.MCP_URL);
    const requestInit = { headers: { Authorization: `Bearer ${process.env.MCP_TOKEN}` } };
    if (process.env.MCP_TRANSPORT === 'sse') {
        return new SSEClientTransport(url, { requestInit });
    }
    return new (v2 ? HttpV2 : HttpV1)(url, { requestInit });
}
