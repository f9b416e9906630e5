// A server of the v2 SDK that speaks both eras on one URL, on a free loopback port, for as long as standard input is open.

import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { acceptedContent, createMcpHandler, inputRequired, inputResponse, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';

const reads = { readOnlyHint: true, destructiveHint: false };
const text = value => ({ content: [{ type: 'text', text: value }] });
let cancelled = 0;

function notes() {
    const server = new McpServer(
        { name: 'v2-fixture', version: '1.0.0' },
        { capabilities: { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } } }
    );
    server.registerTool(
        'echo',
        { description: 'Says it again.', inputSchema: z.object({ message: z.string() }), annotations: reads },
        ({ message }) => text(`Echo: ${message}`)
    );
    server.registerTool(
        'count',
        { description: 'Counts, with progress.', inputSchema: z.object({ to: z.number().int().max(1000), millis: z.number() }), annotations: reads },
        async ({ to, millis }, ctx) => {
            for (let i = 1; i <= to; i++) {
                await new Promise(resolve => setTimeout(resolve, millis));
                if (ctx.mcpReq.signal.aborted) {
                    cancelled++;
                    return text('stopped');
                }
                const progressToken = ctx.mcpReq._meta?.progressToken;
                if (progressToken !== undefined) {
                    await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: i, total: to } });
                }
            }
            return text(`counted to ${to}`);
        }
    );
    server.registerTool(
        'cancelled',
        { description: 'How many counts were cancelled.', inputSchema: z.object({}), annotations: reads },
        () => text(String(cancelled))
    );
    server.registerTool(
        'confirm',
        { description: 'Asks the user.', inputSchema: z.object({}), annotations: { readOnlyHint: false, destructiveHint: false } },
        (_, ctx) => {
            const schema = z.object({ name: z.string() });
            const answer = acceptedContent(ctx.mcpReq.inputResponses, 'who', schema);
            return answer
                ? text(`confirmed by ${answer.name}`)
                : inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who are you?', requestedSchema: schema }) } });
        }
    );
    server.registerTool(
        'ask_model',
        { description: "Asks the client's model.", inputSchema: z.object({}), annotations: { readOnlyHint: false, destructiveHint: false } },
        (_, ctx) => {
            const answer = inputResponse(ctx.mcpReq.inputResponses, 'answer');
            return answer.kind === 'sampling'
                ? text(`the model says ${JSON.stringify(answer.result.content)}`)
                : inputRequired({
                      inputRequests: {
                          answer: inputRequired.createMessage({
                              messages: [{ role: 'user', content: { type: 'text', text: 'A number?' } }],
                              maxTokens: 10
                          })
                      }
                  });
        }
    );
    server.registerTool(
        'announce',
        { description: 'Says that the tools have changed.', inputSchema: z.object({}), annotations: { readOnlyHint: false, destructiveHint: false } },
        () => {
            handler.notify.toolsChanged();
            return text('announced');
        }
    );
    server.registerPrompt(
        'greet',
        { description: 'A greeting.', argsSchema: z.object({ name: z.string() }) },
        ({ name }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Hello ${name}` } }] })
    );
    server.registerResource('readme', 'fixture://readme', { mimeType: 'text/plain' }, uri => ({
        contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'read me' }]
    }));
    server.registerResource('item', new ResourceTemplate('fixture://item/{id}', { list: undefined }), {}, (uri, { id }) => ({
        contents: [{ uri: uri.href, mimeType: 'text/plain', text: `item ${id}` }]
    }));
    return server;
}

const handler = createMcpHandler(notes);
const http = createServer(toNodeHandler(handler));
http.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${http.address().port}/mcp\n`));
process.stdin.resume().on('end', () => process.exit(0));
