// `ostiary connect` in front of a server with an authorization server that is not ours, as the child of the SDK's own client. Prints one line
// a check, `ok …` or `FAIL …`. MCP_URL is the server; OSTIARY_COMMAND the program; OSTIARY_BROWSER the folder of what opens URLs.
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StdioClientTransport} from '@modelcontextprotocol/sdk/client/stdio.js';

const {MCP_URL: url, OSTIARY_COMMAND: ostiary, OSTIARY_BROWSER: browser} = process.env;
const origin = new URL(url).origin;
const home = join(process.env.OSTIARY_HOMES, 'oauth-home');
mkdirSync(home, {recursive: true});
const log = join(home, 'browser.log');
const env = {PATH: `${browser}:${process.env.PATH}`, HOME: home, DISPLAY: ':0', OSTIARY_USER: 'ben', OSTIARY_BROWSER_LOG: log};

let failed = false;
function check(what, good, seen) {
  if (good) {
    console.log(`ok ${what}`);
    return;
  }
  failed = true;
  const opened = existsSync(log) ? readFileSync(log, 'utf8').trim().replace(/\n/g, ' | ') : 'not opened';
  console.log(`FAIL ${what}: ${JSON.stringify(seen)} [said: ${said.replace(/\s+/g, ' ').slice(-1500)}] [browser: ${opened}]`);
}

let said = '';
async function connected() {
  const transport = new StdioClientTransport({command: ostiary, args: ['connect', '--no-keychain', url], env, stderr: 'pipe'});
  transport.stderr.on('data', data => (said += data));
  const client = new Client({name: 'oauth-test', version: '1.0.0'});
  await client.connect(transport, {timeout: 90_000});
  return client;
}

async function greets(client) {
  try {
    const answer = await client.callTool({name: 'whoami', arguments: {greeting: 'hello'}}, undefined, {timeout: 60_000});
    return answer.content[0].text === 'hello, ben with notes:read' ? true : answer;
  } catch (error) {
    return String(error);
  }
}

const seen = async () => (await fetch(`${origin}/seen`)).json();
const endTokens = () => fetch(`${origin}/expire`, {method: 'POST'});
const windows = () => readFileSync(log, 'utf8').split('\n').filter(line => line.startsWith('opened')).length;

const first = await connected();
check('registers, signs in with PKCE for this resource, and calls a tool', (await greets(first)) === true, await seen());
check('asks once', (await seen()).registered === 1 && (await seen()).granted.join() === 'authorization_code' && windows() === 1, await seen());

const state = join(home, '.local/state/ostiary/connect');
const grant = () => JSON.parse(readFileSync(join(state, readdirSync(state).find(file => file.endsWith('.json'))), 'utf8'));
const before = grant();
check('keeps a refresh token', typeof before.refreshToken === 'string' && before.refreshToken.length > 10, Object.keys(before));
check('keeps it for this user alone', readdirSync(state).every(file => (statSync(join(state, file)).mode & 0o077) === 0), readdirSync(state));

await endTokens();
check('a token refused in mid-session is refreshed', (await greets(first)) === true, await seen());
check('the refresh token is rotated', grant().refreshToken !== before.refreshToken && (await seen()).granted.join() === 'authorization_code,refresh_token', await seen());

const others = await Promise.all([connected(), connected(), connected()]);
await endTokens();
const answers = await Promise.all([first, ...others].map(greets));
check('four processes go on', answers.every(answer => answer === true), answers);
check('one of them refreshes', (await seen()).granted.length === 3, await seen());

const secrets = [grant().accessToken, grant().refreshToken, before.accessToken, before.refreshToken];
const commands = readdirSync('/proc')
  .filter(name => /^[0-9]+$/.test(name))
  .map(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  });
check('no process shows a token in its arguments',
  commands.some(command => command.includes(url)) && !commands.some(command => secrets.some(secret => command.includes(secret))), 'found');
check('nor is one said', !secrets.some(secret => said.includes(secret)), 'found');

for (const client of [first, ...others]) await client.close();
const granted = (await seen()).granted.length;
const later = await connected();
check('a later process uses what is kept', (await greets(later)) === true && (await seen()).granted.length === granted, await seen());
await endTokens();
check('and refreshes it', (await greets(later)) === true && (await seen()).granted.length === granted + 1, await seen());
await later.close();
check('nothing was refused', (await seen()).refused.length === 0, await seen());
check('one window, one client', windows() === 1 && (await seen()).registered === 1, await seen());
process.exit(failed ? 1 : 0);
