// The v1 SDK's client against a gateway whose name no resolver knows: MCP_ADDRESS is where it is. Prints one line of JSON:
// the tools that are listed, and what came of calling each of MCP_CALLS (JSON: [{name, arguments}]).

import './address.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const url = new URL(process.env.MCP_URL);
const client = new Client({ name: 'ostiary-granted', version: '1.0.0' });
const headers = { Authorization: `Bearer ${process.env.MCP_TOKEN}` };
await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));

const { tools } = await client.listTools();
const calls = {};
for (const call of JSON.parse(process.env.MCP_CALLS)) {
    try {
        const result = await client.callTool(call);
        calls[call.name] = result.content.filter(part => part.type === 'text').map(part => part.text).join('\n');
    } catch (e) {
        calls[call.name] = `error ${e.code}`;
    }
}
console.log(JSON.stringify({ server: client.getServerVersion().name, tools: tools.map(tool => tool.name), calls }));
await client.close();
process.exit(0);
