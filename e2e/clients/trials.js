// What is tried with each stdio server, by name. Nothing here depends on when it is run, and everything on what the server is.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { era, folder } from './both-sdks.js';
import { eventually } from './waiting.js';

const ODD = 'grüße \u{1F44B}\u2028 \\ "';
const LARGE = 500_000;
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');
const byName = (a, b) => (a.uri ?? a.uriTemplate ?? a.name).localeCompare(b.uri ?? b.uriTemplate ?? b.name);

/** The trials of a server, in order: {name, asks: whether the client can be asked, run: what is seen}. */
export function trials(server) {
    const all = [];
    const add = (name, run, asks = server !== 'filesystem') => all.push({ name, asks, run });
    const tool = (name, tried, args, asks) => add(name, ({ call }) => call(tried, args), asks);
    about(add);
    servers[server](add, tool);
    add('unknown tool', ({ call }) => call('no-such-tool', {}).then(result => ({ isError: result.isError }), e => ({ code: e.code })));
    if (era === 'legacy') {
        add('ping', ({ client }) => client.ping());
    }
    return all;
}

function about(add) {
    add('server', ({ client }) => client.getServerVersion());
    add('capabilities', ({ client }) => client.getServerCapabilities());
    add('instructions', ({ client }) => client.getInstructions());
    add('tools', async ({ client }) => (await client.listTools()).tools.sort(byName));
}

function promptsAndResources(add) {
    add('prompts', async ({ client }) => (await client.listPrompts()).prompts.sort(byName));
    add('resources', async ({ client }) => (await client.listResources()).resources.sort(byName));
    add('templates', async ({ client }) => (await client.listResourceTemplates()).resourceTemplates.sort(byName));
}

function common(add, tool) {
    promptsAndResources(add);
    tool('text that is not plain', 'echo', { message: ODD });
    add('half a megabyte', async ({ call }) => (await call('echo', { message: 'x'.repeat(LARGE) })).content[0].text.length);
    add('twenty calls at once', ({ call }) =>
        Promise.all(Array.from({ length: 20 }, async (_, i) => (await call('echo', { message: `m${i}` })).content[0].text))
    );
    tool('wrong arguments', 'echo', { massage: 1 });
}

/** Steps of a call's progress; the last may come after the answer, and is then nobody's. */
function progress(add, name, args, steps) {
    add('progress', async ({ call }) => {
        const seen = [];
        const result = await call(name, args, { onprogress: ({ progress, total, message }) => seen.push({ progress, total, message }) });
        return { seen: seen.slice(0, steps - 1), result };
    });
}

function cancellation(add, name, args) {
    add('cancellation', async ({ call }) => {
        const abort = new AbortController();
        const ended = await call(name, args, { signal: abort.signal, onprogress: () => abort.abort('changed my mind') }).then(
            () => 'answered',
            () => 'cancelled'
        );
        return { ended, then: await call('echo', { message: 'still here' }) };
    });
}

const servers = {
    everything(add, tool) {
        common(add, tool);
        tool('two arguments', 'get-sum', { a: 2, b: 40 });
        tool('image', 'get-tiny-image');
        tool('structured content', 'get-structured-content', { location: 'New York' });
        tool('annotated content', 'get-annotated-message', { messageType: 'error', includeImage: true });
        tool('resource links', 'get-resource-links', { count: 3 });
        progress(add, 'trigger-long-running-operation', { duration: 0.6, steps: 3 }, 3);
        cancellation(add, 'trigger-long-running-operation', { duration: 8, steps: 80 });
        tool('sampling', 'trigger-sampling-request', { prompt: 'a number?' });
        tool('elicitation', 'trigger-elicitation-request');
        add('prompt', ({ client }) => client.getPrompt({ name: 'args-prompt', arguments: { city: 'Ulm' } }));
        add('completion', ({ client }) =>
            client.complete({ ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'E' } })
        );
        add('resource', async ({ client }) => client.readResource({ uri: (await client.listResources()).resources.sort(byName)[0].uri }));
        add('resource that is not there', ({ client }) => client.readResource({ uri: 'demo://resource/none' }));
    },

    filesystem(add, tool) {
        const path = (...names) => join(folder, ...names);
        add('a folder', async () => {
            await rm(folder, { recursive: true, force: true });
            await mkdir(path('inner'), { recursive: true });
            await writeFile(path('read.txt'), 'one\ntwo\nthree\n');
            await writeFile(path('inner', 'pixel.png'), PNG);
            return 'made';
        });
        tool('list_allowed_directories', 'list_allowed_directories');
        tool('list_directory', 'list_directory', { path: folder });
        tool('list_directory_with_sizes', 'list_directory_with_sizes', { path: path('inner') });
        tool('directory_tree', 'directory_tree', { path: folder });
        tool('read_text_file', 'read_text_file', { path: path('read.txt'), head: 2 });
        tool('read_media_file', 'read_media_file', { path: path('inner', 'pixel.png') });
        tool('read_multiple_files', 'read_multiple_files', { paths: [path('read.txt'), path('none')] });
        tool('write_file', 'write_file', { path: path('written.txt'), content: ODD });
        tool('what was written', 'read_text_file', { path: path('written.txt') });
        tool('write half a megabyte', 'write_file', { path: path('large.txt'), content: 'x'.repeat(LARGE) });
        add('read half a megabyte', async ({ call }) => (await call('read_text_file', { path: path('large.txt') })).content[0].text.length);
        tool('edit_file', 'edit_file', { path: path('read.txt'), edits: [{ oldText: 'two', newText: 'zwei' }] });
        tool('create_directory', 'create_directory', { path: path('made') });
        tool('move_file', 'move_file', { source: path('read.txt'), destination: path('made', 'moved.txt') });
        tool('search_files', 'search_files', { path: folder, pattern: '**/*.txt' });
        add('get_file_info', async ({ call }) =>
            (await call('get_file_info', { path: path('large.txt') })).content[0].text.split('\n').filter(line => /^(size|is|permissions)/.test(line))
        );
        tool('a file outside', 'read_text_file', { path: '/etc/passwd' });
        tool('wrong arguments', 'read_text_file', { path: 7 });
        if (era === 'legacy') {
            // The server asks for roots once it has been initialized, and takes them for its folders.
            add(
                'roots',
                async ({ call }) => {
                    let said;
                    await eventually(async () => {
                        said = await call('list_allowed_directories');
                        return said.content[0].text.includes('inner');
                    }, 'the server never learned of the roots');
                    return said;
                },
                true
            );
        }
    },

    python(add, tool) {
        common(add, tool);
        tool('structured content', 'add', { a: 2, b: 41 });
        progress(add, 'count', { to: 3, seconds: 0.1 }, 3);
        cancellation(add, 'count', { to: 200, seconds: 0.05 });
        tool('sampling', 'ask_model', { prompt: 'a number?' });
        tool('elicitation', 'ask_user');
        tool('elicitation, then sampling', 'ask_both');
        tool('roots', 'roots');
        tool('a tool that fails', 'fail');
        add('prompt', ({ client }) => client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } }));
        add('prompt without its argument', ({ client }) => client.getPrompt({ name: 'greet', arguments: {} }));
        add('completion', ({ client }) =>
            client.complete({ ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'city', value: 'A' } })
        );
        add('resource', ({ client }) => client.readResource({ uri: 'fixture://readme' }));
        add('resource of bytes', ({ client }) => client.readResource({ uri: 'fixture://bytes' }));
        add('resource from a template', ({ client }) => client.readResource({ uri: 'fixture://item/7' }));
        add('resource that is not there', ({ client }) => client.readResource({ uri: 'fixture://none' }));
        if (era === 'legacy') {
            // The modern era has no level for a connection: a request asks for its own messages.
            add('logging', async ({ client, call, logged }) => {
                await client.setLoggingLevel('warning');
                await call('log');
                await eventually(() => logged.length >= 5, 'no log message came');
                return logged;
            });
        }
    },

    scratch(add, tool) {
        common(add, tool);
        progress(add, 'count', { to: 3 }, 3);
        tool('what the process finds', 'where');
        add('prompt', ({ client }) => client.getPrompt({ name: 'hello' }));
        add('resource', ({ client }) => client.readResource({ uri: 'static://readme' }));
        add('resource that is not there', ({ client }) => client.readResource({ uri: 'static://none' }));
    }
};
