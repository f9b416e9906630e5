// Everything that a server offers, as one line of JSON on standard output, so that what is reached directly can be compared
// with what is reached through a gateway. MCP_COMMAND (JSON: program and arguments) starts the server itself over stdio;
// MCP_URL reaches it over HTTP, with MCP_TOKEN, by Streamable HTTP or, with MCP_TRANSPORT=sse, by HTTP+SSE.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

function transport() {
    if (process.env.MCP_COMMAND) {
        const [command, ...args] = JSON.parse(process.env.MCP_COMMAND);
        return new StdioClientTransport({ command, args, stderr: 'inherit' });
    }
    const url = new URL(process.env.MCP_URL);
    const headers = { Authorization: `Bearer ${process.env.MCP_TOKEN}` };
    return process.env.MCP_TRANSPORT === 'sse'
        ? new SSEClientTransport(url, { requestInit: { headers } })
        : new StreamableHTTPClientTransport(url, { requestInit: { headers } });
}

const client = new Client({ name: 'ostiary-capabilities', version: '1.0.0' }, { capabilities: {} });
await client.connect(transport());

const byName = (a, b) => (a.uri ?? a.uriTemplate ?? a.name).localeCompare(b.uri ?? b.uriTemplate ?? b.name);
const progress = [];
const seen = {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
    tools: (await client.listTools()).tools.sort(byName),
    prompts: (await client.listPrompts()).prompts.sort(byName),
    resources: (await client.listResources()).resources.sort(byName),
    templates: (await client.listResourceTemplates()).resourceTemplates.sort(byName),
    echo: await client.callTool({ name: 'echo', arguments: { message: 'grüße \u{1F44B}\u2028 \\ "' } }),
    large: (await client.callTool({ name: 'echo', arguments: { message: 'x'.repeat(500_000) } })).content[0].text.length,
    sum: await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 40 } }),
    image: await client.callTool({ name: 'get-tiny-image', arguments: {} }),
    long: await client.callTool(
        { name: 'trigger-long-running-operation', arguments: { duration: 0.6, steps: 3 } },
        undefined,
        { onprogress: step => progress.push(`${step.progress}/${step.total}`) }
    ),
    prompt: await client.getPrompt({ name: 'args-prompt', arguments: { city: 'Ulm' } }),
    unknown: await client.callTool({ name: 'no-such-tool', arguments: {} }).then(
        result => ({ isError: result.isError }),
        e => ({ code: e.code })
    )
};
// The last step may come after the answer, and is then nobody's.
seen.progress = progress.slice(0, 2);
await client.ping();
console.log(JSON.stringify(seen));
await client.close();
process.exit(0);
