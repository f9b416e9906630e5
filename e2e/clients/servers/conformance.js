// A server with what the conformance suite's server scenarios ask for (tasks and skills excepted), in both eras on one URL:
// legacy with sessions and resumable streams, modern without. On a free loopback port, as long as standard input is open; with the
// argument `stdio`, over standard input and output instead.

import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import {
    acceptedContent,
    completable,
    createMcpHandler,
    createRequestStateCodec,
    fromJsonSchema,
    inputRequired,
    inputResponse,
    isLegacyRequest,
    McpServer,
    ResourceTemplate
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';
const none = z.object({});
const pause = millis => new Promise(resolve => setTimeout(resolve, millis));
const text = value => ({ content: [{ type: 'text', text: value }] });
const say = value => ({ role: 'user', content: { type: 'text', text: value } });
const overStdio = process.argv[2] === 'stdio';
const states = createRequestStateCodec({ key: randomBytes(32) });

const elicit = (message, properties, required = Object.keys(properties)) =>
    inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required } });
const sample = (message, maxTokens = 100) => inputRequired.createMessage({ messages: [say(message)], maxTokens });
const answers = ctx => ctx.mcpReq.inputResponses ?? {};

function server() {
    const mcp = new McpServer(
        { name: 'conformance-fixture', version: '1.0.0' },
        {
            capabilities: {
                tools: { listChanged: true },
                prompts: { listChanged: true },
                resources: { subscribe: true, listChanged: true },
                logging: {},
                completions: {}
            },
            requestState: { verify: states.verify }
        }
    );
    contents(mcp);
    conversations(mcp);
    multiRound(mcp);
    promptsAndResources(mcp);
    return mcp;
}

function tool(mcp, name, body, inputSchema = none) {
    mcp.registerTool(name, { description: `For the conformance scenario of ${name}.`, inputSchema }, body);
}

function contents(mcp) {
    const image = { type: 'image', data: PNG, mimeType: 'image/png' };
    tool(mcp, 'test_simple_text', () => text('This is a simple text response for testing.'));
    tool(mcp, 'test_image_content', () => ({ content: [image] }));
    tool(mcp, 'test_audio_content', () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }));
    tool(mcp, 'test_embedded_resource', () => ({
        content: [
            {
                type: 'resource',
                resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' }
            }
        ]
    }));
    tool(mcp, 'test_multiple_content_types', () => ({
        content: [
            { type: 'text', text: 'Multiple content types test:' },
            image,
            {
                type: 'resource',
                resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' }
            }
        ]
    }));
    tool(mcp, 'test_error_handling', () => {
        throw new Error('This tool intentionally returns an error for testing');
    });
    tool(
        mcp,
        'json_schema_2020_12_tool',
        () => text('ok'),
        fromJsonSchema({
            $schema: 'https://json-schema.org/draft/2020-12/schema',
            type: 'object',
            $defs: {
                address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } }
            },
            properties: {
                name: { type: 'string' },
                address: { $ref: '#/$defs/address' },
                contactMethod: { type: 'string', enum: ['phone', 'email'] },
                phone: { type: 'string' },
                email: { type: 'string' }
            },
            allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
            if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
            then: { required: ['phone'] },
            else: { required: ['email'] },
            additionalProperties: false
        })
    );
    tool(
        mcp,
        'test_headers',
        () => text('ok'),
        fromJsonSchema({
            type: 'object',
            properties: {
                region: { type: 'string', 'x-mcp-header': 'Region' },
                priority: { type: 'integer', 'x-mcp-header': 'Priority' },
                query: { type: 'string' }
            }
        })
    );
}

function conversations(mcp) {
    tool(mcp, 'test_tool_with_logging', async (_, ctx) => {
        for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
            await ctx.mcpReq.log('info', line);
            await pause(50);
        }
        return text('logged');
    });
    tool(mcp, 'test_logging_tool', async (_, ctx) => {
        await ctx.mcpReq.log('info', 'only for those who asked');
        return text('logged');
    });
    tool(mcp, 'test_tool_with_progress', async (_, ctx) => {
        const progressToken = ctx.mcpReq._meta?.progressToken;
        for (const progress of [0, 50, 100]) {
            if (progressToken !== undefined) {
                await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
            }
            await pause(50);
        }
        return text('done');
    });
    tool(
        mcp,
        'test_sampling',
        ({ prompt }, ctx) => {
            const answer = inputResponse(answers(ctx), 'llm');
            return answer.kind === 'sampling'
                ? text(`LLM response: ${answer.result.content.text}`)
                : inputRequired({ inputRequests: { llm: sample(prompt) } });
        },
        z.object({ prompt: z.string() })
    );
    const elicitation = (name, message, properties, required) =>
        tool(
            mcp,
            name,
            (args, ctx) => {
                const answer = inputResponse(answers(ctx), 'user');
                return answer.kind === 'elicit'
                    ? text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`)
                    : inputRequired({ inputRequests: { user: elicit(args.message ?? message, properties, required) } });
            },
            name === 'test_elicitation' ? z.object({ message: z.string() }) : none
        );
    elicitation('test_elicitation', '', {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" }
    });
    elicitation(
        'test_elicitation_sep1034_defaults',
        'Please check',
        {
            name: { type: 'string', default: 'John Doe' },
            age: { type: 'integer', default: 30 },
            score: { type: 'number', default: 95.5 },
            status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
            verified: { type: 'boolean', default: true }
        },
        []
    );
    const options = ['option1', 'option2', 'option3'];
    const titled = ['First', 'Second', 'Third'].map((word, i) => ({ const: `value${i + 1}`, title: `${word} Option` }));
    elicitation(
        'test_elicitation_sep1330_enums',
        'Please choose',
        {
            untitledSingle: { type: 'string', enum: options },
            titledSingle: { type: 'string', oneOf: titled },
            legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
            untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
            titledMulti: { type: 'array', items: { anyOf: titled } }
        },
        []
    );
    tool(mcp, 'test_reconnection', async (_, ctx) => {
        ctx.http?.closeSSE?.();
        await pause(200);
        return text('reconnected');
    });
    // The SDK itself refuses to ask a client for what it has not declared.
    tool(mcp, 'test_missing_capability', () => inputRequired({ inputRequests: { llm: sample('?') } }));
    tool(mcp, 'test_streaming_elicitation', async (_, ctx) => {
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: 0, progress: 1 } });
        return inputResponse(answers(ctx), 'user').kind === 'elicit'
            ? text('ok')
            : inputRequired({ inputRequests: { user: elicit('Who?', { name: { type: 'string' } }) } });
    });
    tool(mcp, 'test_trigger_tool_change', () => {
        overStdio ? mcp.sendToolListChanged() : modern.notify.toolsChanged();
        return text('ok');
    });
    tool(mcp, 'test_trigger_prompt_change', () => {
        overStdio ? mcp.sendPromptListChanged() : modern.notify.promptsChanged();
        return text('ok');
    });
}

function multiRound(mcp) {
    const name = { name: { type: 'string' } };
    const isName = z.object({ name: z.string() });
    tool(mcp, 'test_input_required_result_elicitation', (_, ctx) => {
        const answer = acceptedContent(answers(ctx), 'user_name', isName);
        return answer
            ? text(`Hello, ${answer.name}!`)
            : inputRequired({ inputRequests: { user_name: elicit('What is your name?', name) } });
    });
    tool(mcp, 'test_input_required_result_sampling', (_, ctx) => {
        const answer = inputResponse(answers(ctx), 'capital_question');
        return answer.kind === 'sampling'
            ? text(answer.result.content.text)
            : inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?') } });
    });
    tool(mcp, 'test_input_required_result_list_roots', (_, ctx) => {
        const answer = inputResponse(answers(ctx), 'client_roots');
        return answer.kind === 'roots'
            ? text(answer.roots.map(root => root.uri).join())
            : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    });
    const confirming = tampered =>
        async (_, ctx) =>
            ctx.mcpReq.requestState() && answers(ctx).confirm
                ? text('state-ok')
                : inputRequired({
                      inputRequests: { confirm: elicit('Please confirm', { ok: { type: 'boolean' } }) },
                      requestState: await states.mint({ tampered })
                  });
    tool(mcp, 'test_input_required_result_request_state', confirming(false));
    tool(mcp, 'test_input_required_result_tampered_state', confirming(true));
    tool(mcp, 'test_input_required_result_multiple_inputs', async (_, ctx) =>
        ['user_name', 'greeting', 'client_roots'].every(key => key in answers(ctx))
            ? text('all answered')
            : inputRequired({
                  inputRequests: {
                      user_name: elicit('What is your name?', name),
                      greeting: sample('Generate a greeting', 50),
                      client_roots: inputRequired.listRoots()
                  },
                  requestState: await states.mint({ asked: 3 })
              })
    );
    tool(mcp, 'test_input_required_result_multi_round', async (_, ctx) => {
        const round = ctx.mcpReq.requestState()?.round ?? 0;
        if (round === 2 && answers(ctx).step2) {
            return text('both steps done');
        }
        const second = round === 1 && answers(ctx).step1;
        return inputRequired({
            inputRequests: second
                ? { step2: elicit('Step 2: What is your favorite color?', { color: { type: 'string' } }) }
                : { step1: elicit('Step 1: What is your name?', name) },
            requestState: await states.mint({ round: second ? 2 : 1 })
        });
    });
    tool(mcp, 'test_input_required_result_capabilities', () => {
        const capabilities = mcp.server.getClientCapabilities() ?? {};
        const inputRequests = {};
        if (capabilities.elicitation) {
            inputRequests.user_name = elicit('What is your name?', name);
        }
        if (capabilities.sampling) {
            inputRequests.greeting = sample('Generate a greeting', 50);
        }
        return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : text('nobody to ask');
    });
    mcp.registerPrompt('test_input_required_result_prompt', { description: 'Asks before it answers.' }, ctx => {
        const answer = acceptedContent(answers(ctx), 'user_context', z.object({ context: z.string() }));
        return answer
            ? { messages: [say(answer.context)] }
            : inputRequired({
                  inputRequests: { user_context: elicit('What context should the prompt use?', { context: { type: 'string' } }) }
              });
    });
}

function promptsAndResources(mcp) {
    const image = { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } };
    mcp.registerPrompt('test_simple_prompt', { description: 'Simple.' }, () => ({
        messages: [say('This is a simple prompt for testing.')]
    }));
    mcp.registerPrompt(
        'test_prompt_with_arguments',
        {
            description: 'With arguments.',
            argsSchema: z.object({
                arg1: completable(z.string().describe('First test argument'), value => ['paris', 'park', 'party'].filter(word => word.startsWith(value))),
                arg2: z.string().describe('Second test argument')
            })
        },
        ({ arg1, arg2 }) => ({ messages: [say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] })
    );
    mcp.registerPrompt(
        'test_prompt_with_embedded_resource',
        { description: 'With a resource.', argsSchema: z.object({ resourceUri: z.string() }) },
        ({ resourceUri }) => ({
            messages: [
                {
                    role: 'user',
                    content: {
                        type: 'resource',
                        resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' }
                    }
                },
                say('Please process the embedded resource above.')
            ]
        })
    );
    mcp.registerPrompt('test_prompt_with_image', { description: 'With an image.' }, () => ({
        messages: [image, say('Please analyze the image above.')]
    }));
    const resource = (name, uri, mimeType, content) =>
        mcp.registerResource(name, uri, { mimeType, description: `The ${name} resource.` }, () => ({
            contents: [{ uri, mimeType, ...content }]
        }));
    resource('static-text', 'test://static-text', 'text/plain', { text: 'This is the content of the static text resource.' });
    resource('static-binary', 'test://static-binary', 'image/png', { blob: PNG });
    resource('watched', 'test://watched-resource', 'text/plain', { text: 'watched' });
    mcp.registerResource(
        'template',
        new ResourceTemplate('test://template/{id}/data', { list: undefined }),
        { mimeType: 'application/json', description: 'By id.' },
        (uri, { id }) => ({
            contents: [
                {
                    uri: uri.href,
                    mimeType: 'application/json',
                    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
                }
            ]
        })
    );
    mcp.server.setRequestHandler('resources/subscribe', () => ({}));
    mcp.server.setRequestHandler('resources/unsubscribe', () => ({}));
}

/** Enough to resume a stream; never more than the newest thousand events. */
class Events {
    #events = new Map();

    async storeEvent(streamId, message) {
        const id = `${streamId}_${randomUUID()}`;
        this.#events.set(id, { streamId, message });
        if (this.#events.size > 1000) {
            this.#events.delete(this.#events.keys().next().value);
        }
        return id;
    }

    async getStreamIdForEventId(id) {
        return this.#events.get(id)?.streamId;
    }

    async replayEventsAfter(lastId, { send }) {
        const from = this.#events.get(lastId);
        let after = false;
        for (const [id, { streamId, message }] of this.#events) {
            if (after && streamId === from.streamId) {
                await send(id, message);
            }
            after ||= id === lastId;
        }
        return from?.streamId;
    }
}

const modern = createMcpHandler(server, { legacy: 'reject' });
const serveModern = toNodeHandler(modern);
const sessions = new Map();

async function serveLegacy(req, res, body) {
    const id = req.headers['mcp-session-id'];
    let transport = sessions.get(id);
    if (!transport && id) {
        res.writeHead(404, { 'Content-Type': 'application/json' });
        res.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
        return;
    }
    if (!transport) {
        transport = new NodeStreamableHTTPServerTransport({
            sessionIdGenerator: randomUUID,
            eventStore: new Events(),
            retryInterval: 100,
            onsessioninitialized: created => sessions.set(created, transport),
            onsessionclosed: closed => sessions.delete(closed)
        });
        await server().connect(transport);
    }
    await transport.handleRequest(req, res, body);
}

const http = createServer(async (req, res) => {
    const host = req.headers.host ?? '';
    const origin = req.headers.origin;
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) || (origin && !/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(origin))) {
        res.writeHead(403).end();
        return;
    }
    let body;
    if (req.method === 'POST') {
        const chunks = [];
        for await (const chunk of req) {
            chunks.push(chunk);
        }
        try {
            body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        } catch {
            res.writeHead(400, { 'Content-Type': 'application/json' });
            res.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}');
            return;
        }
    }
    if (await isLegacyRequest(await toWebRequest(req, body), body)) {
        await serveLegacy(req, res, body);
    } else {
        await serveModern(req, res, body);
    }
});
if (overStdio) {
    serveStdio(server);
} else {
    http.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${http.address().port}/mcp\n`));
    process.stdin.resume().on('end', () => process.exit(0));
}
process.on('uncaughtException', e => console.error(e));
