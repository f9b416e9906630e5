// The authorization scenarios of the MCP conformance suite against the gateway as authorization server, with a browser without a
// person. MCP_URL is a route; MCP_BROWSER the program that opens a URL (e2e/sign-in-clients/browser.js); MCP_EXPECTED names a JSON
// file {"scenario/check": "why it does not pass"}. Prints `ok scenario/check` or `FAIL scenario/check: why`.

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const suite = process.env.MCP_SUITE ?? join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const scenarios = ['authorization-server-metadata-endpoint', 'authorization-code-grant'];
const resource = process.env.MCP_URL ?? usage();
const browser = process.env.MCP_BROWSER ?? usage();
const expected = process.env.MCP_EXPECTED ? JSON.parse(await readFile(process.env.MCP_EXPECTED, 'utf8')) : {};
const issuer = new URL(resource).origin;

const port = await freePort();
const registered = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
        client_name: 'MCP conformance',
        redirect_uris: [`http://127.0.0.1:${port}/callback`],
        token_endpoint_auth_method: 'none'
    })
});
if (registered.status !== 201) {
    console.log(`FAIL registration: ${registered.status} ${(await registered.text()).slice(0, 300)}`);
    process.exit(1);
}
const { client_id: client } = await registered.json();

let failed = false;
for (const scenario of scenarios) {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-authorization-'));
    try {
        const output = await run(scenario, folder);
        const results = await readdir(folder);
        let checks = 0;
        for (const name of results) {
            for (const check of JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8'))) {
                checks++;
                report(`${scenario}/${check.id}`, check.status, String(check.errorMessage ?? '').replaceAll('\n', ' ').slice(0, 300));
            }
        }
        if (checks === 0) {
            report(`${scenario}/ran`, 'MISSING', output.replaceAll('\n', ' ').slice(-500));
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
process.exit(failed ? 1 : 0);

function report(name, status, message) {
    const reason = expected[name];
    if (status === 'SUCCESS' || status === 'INFO') {
        console.log(`ok ${name}`);
    } else if (reason !== undefined) {
        console.log(`ok ${name} differs as expected: ${reason}`);
    } else {
        failed = true;
        console.log(`FAIL ${name}: ${status}: ${message}`);
    }
}

/** The suite prints the URL for the browser on a line of its own. */
function run(scenario, folder) {
    return new Promise((resolve, reject) => {
        const child = spawn(
            process.execPath,
            [suite, 'authorization', '--url', issuer, '--scenario', scenario, '--client-id', client,
                '--resource', resource, '-p', String(port), '-o', folder],
            { stdio: ['ignore', 'pipe', 'pipe'] }
        );
        let output = '';
        let opened = false;
        const timer = setTimeout(() => child.kill(), 60_000);
        const read = data => {
            output += data;
            const url = output.match(/^(https?:\S+[?&]response_type=code\S*)$/m);
            if (url && !opened) {
                opened = true;
                spawn(process.execPath, [browser, url[1]], { stdio: 'inherit' });
            }
        };
        child.stdout.on('data', read);
        child.stderr.on('data', read);
        child.on('error', reject);
        child.on('close', () => {
            clearTimeout(timer);
            resolve(output);
        });
    });
}

function freePort() {
    return new Promise(resolve => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const free = server.address().port;
            server.close(() => resolve(free));
        });
    });
}

function usage() {
    console.error('needs MCP_URL, a route of a gateway with the facade, and MCP_BROWSER');
    process.exit(2);
}
