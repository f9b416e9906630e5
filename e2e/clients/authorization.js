// The authorization scenarios of the MCP conformance suite against the gateway as authorization server, with a browser without a
// person. MCP_URL is a route; MCP_BROWSER the program that opens a URL (e2e/sign-in-clients/browser.js). Prints `ok scenario/check`
// or `FAIL scenario/check: why`.
//
// authorization-scenarios.json says what is to be done with every scenario about authorization that the suite has: under `run`, a
// check that does not pass has its reason there ({"check": "why"}); under `notApplicable` is why a scenario is not run. A scenario
// that is not in it, or no longer in the suite, fails.

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const suite = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const resource = process.env.MCP_URL ?? usage();
const browser = process.env.MCP_BROWSER ?? usage();
const issuer = new URL(resource).origin;
const known = JSON.parse(await readFile(join(here, 'authorization-scenarios.json'), 'utf8'));

let failed = false;
const ok = name => console.log(`ok ${name}`);
const fail = (name, why) => {
    failed = true;
    console.log(`FAIL ${name}: ${why}`);
};

await compareWithTheSuite();
const port = await freePort();
const client = await register();
if (client) {
    await runAll();
}
process.exit(failed ? 1 : 0);

/** Whatever the suite examines authorization servers with, and whatever else of it is about authorization. */
async function compareWithTheSuite() {
    const servers = await list('--authorization');
    const others = [...(await list('--server')), ...(await list('--client'))].filter(name => name.startsWith('auth'));
    const inSuite = new Set([...servers, ...others]);
    const reasons = new Map(known.notApplicable.flatMap(({ because, scenarios }) => scenarios.map(name => [name, because])));
    for (const name of inSuite) {
        const because = reasons.get(name);
        if (because !== undefined) {
            ok(`${name} is not applicable: ${because}`);
        } else if (!(name in known.run)) {
            fail(name, 'a scenario that authorization-scenarios.json does not know: run it, or say there why not');
        }
    }
    for (const name of [...Object.keys(known.run), ...reasons.keys()]) {
        if (!inSuite.has(name)) {
            fail(name, 'is no longer in the suite: take it out of authorization-scenarios.json');
        }
    }
}

async function list(kind) {
    const { output } = await run(['list', kind]);
    return [...output.matchAll(/^ {2}- (\S+) \[/gm)].map(found => found[1]);
}

async function register() {
    const answer = await fetch(`${issuer}/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
            client_name: 'MCP conformance',
            redirect_uris: [`http://127.0.0.1:${port}/callback`],
            token_endpoint_auth_method: 'none'
        })
    });
    if (answer.status !== 201) {
        fail('registration', `${answer.status} ${(await answer.text()).slice(0, 300)}`);
        return undefined;
    }
    ok('registration');
    return (await answer.json()).client_id;
}

/** All in one run: a scenario reads what the one before it has found, and by itself it finds no metadata. */
async function runAll() {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-authorization-'));
    try {
        const { output } = await run(
            ['authorization', '--url', issuer, '--client-id', client, '--resource', resource, '-p', String(port), '-o', folder],
            openBrowser()
        );
        const results = await readdir(folder);
        for (const [scenario, reasons] of Object.entries(known.run)) {
            const name = results.find(result => result.startsWith(`authorization-server-${scenario}-2`));
            const checks = name ? JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')) : [];
            if (!checks.some(check => check.status === 'SUCCESS')) {
                fail(scenario, `nothing of it passes: ${output.replaceAll('\n', ' ').slice(-500)}`);
            }
            for (const check of checks) {
                report(`${scenario}/${check.id}`, check, reasons[check.id]);
            }
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

function report(name, check, reason) {
    const message = String(check.errorMessage ?? '').replaceAll('\n', ' ').slice(0, 300);
    if (check.status === 'SUCCESS' || check.status === 'INFO') {
        ok(name);
    } else if (reason !== undefined) {
        ok(`${name} differs as expected: ${reason}`);
    } else {
        fail(name, `${check.status}: ${message}`);
    }
}

/** The suite prints the URL for the browser on a line of its own. */
function openBrowser() {
    let opened = false;
    return output => {
        const url = output.match(/^(https?:\S+[?&]response_type=code\S*)$/m);
        if (url && !opened) {
            opened = true;
            spawn(process.execPath, [browser, url[1]], { stdio: 'inherit' });
        }
    };
}

function run(args, read = () => {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [suite, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
        let output = '';
        const timer = setTimeout(() => child.kill(), 60_000);
        const take = data => {
            output += data;
            read(output);
        };
        child.stdout.on('data', take);
        child.stderr.on('data', take);
        child.on('error', reject);
        child.on('close', () => {
            clearTimeout(timer);
            resolve({ output });
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
