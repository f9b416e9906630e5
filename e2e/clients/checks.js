// Runs named checks one after the other and prints one line for each: `ok name` or `FAIL name: why`. The exit code is 1
// when one has failed. A check that hangs fails after its time.

const CHECK_MILLIS = 20_000;

export const url = new URL(process.env.MCP_URL ?? usage());
export const headers = process.env.MCP_TOKEN ? { Authorization: `Bearer ${process.env.MCP_TOKEN}` } : {};
/** Which server is behind the URL, since what can be checked depends on it: `everything` or `v2`. */
export const server = process.env.MCP_SERVER ?? usage();

if (process.env.MCP_NEW_CONNECTIONS) {
    // Each request on a connection of its own, so that a balancer gives each to another replica. Loading fetch makes its dispatcher.
    await fetch('data:,');
    const dispatcher = Symbol.for('undici.globalDispatcher.1');
    globalThis[dispatcher] = new globalThis[dispatcher].constructor({ pipelining: 0 });
}

let failed = 0;

export async function check(name, body) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing after ${CHECK_MILLIS} ms`)), CHECK_MILLIS);
    });
    try {
        await Promise.race([body(), late]);
        console.log(`ok ${name}`);
    } catch (e) {
        failed++;
        console.log(`FAIL ${name}: ${String(e?.message ?? e).replaceAll('\n', ' ').slice(0, 500)}`);
    } finally {
        clearTimeout(timer);
    }
}

export function expect(condition, message) {
    if (!condition) {
        throw new Error(message);
    }
}

export async function expectRejection(promise, message) {
    let rejected = false;
    try {
        await promise;
    } catch {
        rejected = true;
    }
    expect(rejected, message);
}

export function textOf(result) {
    return (result.content ?? [])
        .filter(part => part.type === 'text')
        .map(part => part.text)
        .join('\n');
}

export const sleep = millis => new Promise(resolve => setTimeout(resolve, millis));

/** Resolves when the condition holds; fails after five seconds. */
export async function eventually(condition, message) {
    const end = Date.now() + 5_000;
    while (!(await condition())) {
        expect(Date.now() < end, message);
        await sleep(20);
    }
}

export function finish() {
    process.exit(failed === 0 ? 0 : 1);
}

function usage() {
    console.error('needs MCP_URL and MCP_SERVER (everything or v2); MCP_TOKEN where there is a gateway in front');
    process.exit(2);
}
