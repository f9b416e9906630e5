// Everything that a stdio server offers, as one line of JSON on standard output: one member for each thing that was tried. So
// what is reached directly can be compared with what is reached through a gateway.
//
// MCP_SERVER says which server it is. MCP_COMMAND (JSON: program and arguments) starts the server itself over stdio; MCP_URL
// reaches it over HTTP, with MCP_TOKEN, by Streamable HTTP or, with MCP_TRANSPORT=sse, by HTTP+SSE. MCP_SDK is the client's
// generation, `v1` or `v2`, and MCP_ERA that of the protocol, `legacy` or, with v2, `modern`.

import { connected, era } from './both-sdks.js';
import { trials } from './trials.js';

const TRIAL_MILLIS = 30_000;

const seen = {};
for (const { name, asks, run } of trials(process.env.MCP_SERVER)) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing after ${TRIAL_MILLIS} ms`)), TRIAL_MILLIS);
    });
    try {
        seen[name] = plain(await Promise.race([connected(asks).then(run), late])) ?? null;
    } catch (e) {
        seen[name] = { code: e?.code ?? null, failed: String(e?.message ?? e) };
    } finally {
        clearTimeout(timer);
    }
}
console.log(JSON.stringify(seen));
process.exit(0);

/** Without what every result of the modern era says about itself. */
function plain(value) {
    if (era !== 'modern' || value === null || typeof value !== 'object') {
        return value;
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    const { resultType, ttlMs, cacheScope, _meta, ...rest } = value;
    const { 'io.modelcontextprotocol/serverInfo': info, ...meta } = _meta ?? {};
    if (Object.keys(meta).length > 0) {
        rest._meta = meta;
    }
    return Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, plain(member)]));
}
