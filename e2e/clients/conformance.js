// The server scenarios of the MCP conformance suite, once against MCP_DIRECT_URL and once against MCP_URL with MCP_TOKEN:
// whatever succeeds directly must succeed through the gateway. Prints `ok scenario (n checks)` or, per difference,
// `FAIL scenario/check: direct … through …`; MCP_EXPECTED names a JSON file {"why it differs": ["revision scenario/check"]},
// of which each must differ.
//
// The suite has no option for a header, so it runs against a loopback proxy that adds Authorization.

import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const suite = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
/** One per era: what each requires of a server. */
const revisions = ['2025-11-25', '2026-07-28'];
const direct = process.env.MCP_DIRECT_URL ?? usage();
const through = process.env.MCP_URL ?? usage();
const reasons = process.env.MCP_EXPECTED ? JSON.parse(await readFile(process.env.MCP_EXPECTED, 'utf8')) : {};
const expected = new Map(Object.entries(reasons).flatMap(([reason, checks]) => checks.map(check => [check, reason])));

const proxy = await authorizingProxy(new URL(through), process.env.MCP_TOKEN);
// Mostly they wait, so both at once.
const [directly, proxied] = await Promise.all([
    outcomes(direct),
    outcomes(`http://127.0.0.1:${proxy.address().port}${new URL(through).pathname}`)
]);
proxy.closeAllConnections();
proxy.close();

let failed = false;
let succeeded = 0;
for (const [scenario, checks] of [...directly].sort()) {
    const differences = [];
    for (const [check, outcome] of checks) {
        const other = proxied.get(scenario)?.get(check) ?? { status: 'MISSING', message: '' };
        if (outcome.status === 'SUCCESS' && other.status !== 'SUCCESS') {
            differences.push([check, other]);
        }
    }
    const passed = [...checks.values()].filter(outcome => outcome.status === 'SUCCESS').length;
    succeeded += passed;
    if (differences.length === 0) {
        console.log(`ok ${scenario} (${passed} of ${checks.size} checks pass directly)`);
    }
    for (const [check, other] of differences) {
        const reason = expected.get(`${scenario}/${check}`);
        expected.delete(`${scenario}/${check}`);
        failed ||= reason === undefined;
        console.log(
            reason === undefined
                ? `FAIL ${scenario}/${check}: direct SUCCESS, through ${other.status}: ${other.message}`
                : `ok ${scenario}/${check} differs as expected: ${reason}`
        );
    }
}
for (const check of expected.keys()) {
    failed = true;
    console.log(`FAIL ${check}: it is said to differ, and does not`);
}
if (succeeded === 0) {
    failed = true;
    console.log('FAIL conformance: nothing passes directly, so nothing was compared');
}
process.exit(failed ? 1 : 0);

/** revision and scenario → check → {status, message} */
async function outcomes(url) {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-conformance-'));
    try {
        for (const revision of revisions) {
            await run([suite, 'server', '--url', url, '--requirements', revision, '-o', join(folder, revision)]);
        }
        const scenarios = new Map();
        const names = revisions.map(async revision => (await readdir(join(folder, revision))).map(name => join(revision, name)));
        for (const name of (await Promise.all(names)).flat()) {
            const scenario = name.replace('/server-', ' ').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
            const checks = new Map();
            for (const check of JSON.parse(await written(join(folder, name, 'checks.json')))) {
                let id = check.id;
                for (let n = 2; checks.has(id); n++) {
                    id = `${check.id}#${n}`;
                }
                checks.set(id, { status: check.status, message: String(check.errorMessage ?? '').replaceAll('\n', ' ').slice(0, 300) });
            }
            scenarios.set(scenario, checks);
        }
        return scenarios;
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/** A scenario that cannot even begin leaves its folder empty. */
async function written(file) {
    try {
        return await readFile(file, 'utf8');
    } catch (e) {
        if (e.code === 'ENOENT') {
            return '[{"id":"begins","status":"FAILURE","errorMessage":"the suite has written nothing"}]';
        }
        throw e;
    }
}

/** The suite's own exit code says that something failed, which is no news here. */
function run(args) {
    return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, args, { stdio: 'ignore' });
        child.on('error', reject);
        child.on('exit', resolve);
    });
}

function authorizingProxy(target, token) {
    // Host stays the caller's, since some scenarios forge it; the port in it is that of the target.
    const server = createServer((incoming, outgoing) => {
        const headers = { ...incoming.headers };
        headers.host = (headers.host ?? '').replace(`127.0.0.1:${server.address().port}`, target.host);
        if (headers.origin) {
            headers.origin = headers.origin.replace(`127.0.0.1:${server.address().port}`, target.host);
        }
        if (token) {
            headers.authorization = `Bearer ${token}`;
        }
        const forward = request(
            { host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers },
            answer => {
                outgoing.writeHead(answer.statusCode, answer.headers);
                answer.on('error', () => outgoing.destroy());
                answer.pipe(outgoing);
            }
        );
        forward.on('error', () => outgoing.destroy());
        incoming.pipe(forward);
        outgoing.on('close', () => forward.destroy());
    });
    return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function usage() {
    console.error('needs MCP_DIRECT_URL and MCP_URL; MCP_TOKEN where there is a gateway in front');
    process.exit(2);
}
