// Checks that are the same for both SDK generations, whose clients have the same methods. What a server offers differs, so
// the names of tools and the like are looked up here.

import { check, eventually, expect, expectRejection, textOf } from './checks.js';

export const samplingAnswer = { role: 'assistant', content: { type: 'text', text: 'forty-two' }, model: 'none', stopReason: 'endTurn' };

/** What is where, per server. */
export const offers = {
    everything: {
        tools: ['echo', 'get-sum', 'trigger-long-running-operation'],
        long: { name: 'trigger-long-running-operation', arguments: { duration: 0.6, steps: 3 } },
        endless: { name: 'trigger-long-running-operation', arguments: { duration: 8, steps: 80 } },
        prompt: { name: 'args-prompt', arguments: { city: 'Ulm' }, says: 'Ulm' },
        template: { pattern: 'demo://resource/dynamic/text/{resourceId}', uri: 'demo://resource/dynamic/text/7', says: 'Resource 7' },
        completion: {
            ref: { type: 'ref/prompt', name: 'completable-prompt' },
            argument: { name: 'department', value: 'E' },
            says: 'Engineering'
        },
        sampling: { name: 'trigger-sampling-request', arguments: { prompt: 'a number?' } },
        elicitation: { name: 'trigger-elicitation-request', arguments: {} },
        elicited: { name: 'Ada', check: true }
    },
    v2: {
        tools: ['echo', 'count', 'confirm', 'ask_model'],
        long: { name: 'count', arguments: { to: 3, millis: 100 } },
        endless: { name: 'count', arguments: { to: 200, millis: 50 } },
        prompt: { name: 'greet', arguments: { name: 'Ada' }, says: 'Hello Ada' },
        template: { pattern: 'fixture://item/{id}', uri: 'fixture://item/7', says: 'item 7' },
        resource: 'fixture://readme',
        sampling: { name: 'ask_model', arguments: {} },
        elicitation: { name: 'confirm', arguments: {} },
        elicited: { name: 'Ada' }
    }
};

/** `calls` adapts the two generations' different signatures: callTool(params, options). */
export async function commonChecks(client, offer, calls, seen) {
    await check('tools/list', async () => {
        const { tools } = await client.listTools();
        const names = tools.map(tool => tool.name);
        for (const name of offer.tools) {
            expect(names.includes(name), `no ${name} among ${names}`);
        }
        expect(tools.find(tool => tool.name === 'echo').annotations.readOnlyHint === true, 'echo lost its annotations');
    });
    await check('tools/call', async () => {
        const result = await calls.tool({ name: 'echo', arguments: { message: 'grüße \u{1F44B}' } });
        expect(textOf(result) === 'Echo: grüße \u{1F44B}', textOf(result));
    });
    await check('tools/call with a large argument', async () => {
        const message = 'x'.repeat(500_000);
        expect(textOf(await calls.tool({ name: 'echo', arguments: { message } })) === `Echo: ${message}`, 'not the same');
    });
    await check('tools/call of an unknown tool is an error', async () => {
        let refused;
        try {
            refused = (await calls.tool({ name: 'no-such-tool', arguments: {} })).isError === true;
        } catch {
            refused = true;
        }
        expect(refused, 'it was answered');
    });
    await check('twenty calls at once', async () => {
        const answers = await Promise.all(
            Array.from({ length: 20 }, (_, i) => calls.tool({ name: 'echo', arguments: { message: `m${i}` } }))
        );
        answers.forEach((answer, i) => expect(textOf(answer) === `Echo: m${i}`, `answer ${i}: ${textOf(answer)}`));
    });
    await check('prompts/list and prompts/get', async () => {
        const { prompts } = await client.listPrompts();
        expect(prompts.some(prompt => prompt.name === offer.prompt.name), 'not listed');
        const result = await client.getPrompt({ name: offer.prompt.name, arguments: offer.prompt.arguments });
        expect(result.messages[0].content.text.includes(offer.prompt.says), JSON.stringify(result));
    });
    await check('resources/list and resources/read', async () => {
        const { resources } = await client.listResources();
        const uri = offer.resource ?? resources[0].uri;
        expect(resources.some(resource => resource.uri === uri), 'not listed');
        expect((await client.readResource({ uri })).contents.length > 0, 'empty');
    });
    await check('resources/templates/list and a resource from a template', async () => {
        const { resourceTemplates } = await client.listResourceTemplates();
        expect(resourceTemplates.some(template => template.uriTemplate === offer.template.pattern), 'not listed');
        const { contents } = await client.readResource({ uri: offer.template.uri });
        expect(contents[0].text.includes(offer.template.says), contents[0].text);
    });
    if (offer.completion) {
        await check('completion/complete', async () => {
            const { completion } = await client.complete({ ref: offer.completion.ref, argument: offer.completion.argument });
            expect(completion.values.includes(offer.completion.says), JSON.stringify(completion));
        });
    }
    await check('progress', async () => {
        const progress = [];
        await calls.tool(offer.long, { onprogress: update => progress.push(update.progress) });
        expect(progress.join() === '1,2,3', `progress was ${progress}`);
    });
    await check('cancellation', async () => {
        const before = seen.cancelled ? await seen.cancelled() : 0;
        const abort = new AbortController();
        let begun = false;
        const call = calls.tool(offer.endless, {
            signal: abort.signal,
            onprogress: () => {
                begun = true;
                abort.abort('changed my mind');
            }
        });
        await expectRejection(call, 'the call was answered');
        expect(begun, 'it was cancelled before it began');
        if (seen.cancelled) {
            await eventually(async () => (await seen.cancelled()) > before, 'the server went on');
        }
        expect(textOf(await calls.tool({ name: 'echo', arguments: { message: 'still here' } })).includes('still here'), 'gone');
    });
    if (offer.sampling) {
        await check('sampling', async () => {
            const result = await calls.tool(offer.sampling);
            expect(textOf(result).includes('forty-two'), textOf(result));
        });
        await check('elicitation', async () => {
            const result = await calls.tool(offer.elicitation);
            expect(textOf(result).includes('Ada'), textOf(result));
        });
    }
}
