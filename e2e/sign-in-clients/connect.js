// Clients as parents of `ostiary connect`, which signs in once for all of them. Prints one line a check, `ok …` or `FAIL …`. MCP_URL is
// the route; OSTIARY_COMMAND the program; MCP_TOOL and MCP_ARGUMENT (name=value) what to call; MCP_EXPECTED is in the tool's answer.
import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const {MCP_URL: url, OSTIARY_COMMAND: ostiary, MCP_TOOL: tool, MCP_ARGUMENT: argument, MCP_EXPECTED: expected} = process.env;
const home = join(process.env.OSTIARY_HOMES, 'connect-home');
mkdirSync(home, {recursive: true});
const log = join(home, 'browser.log');
const env = {
  PATH: [
    join(here, 'bin'),
    join(here, 'node_modules/.bin'),
    join(here, 'node_modules/opencode-linux-x64-baseline/bin'),
    process.env.PATH,
  ].join(':'),
  HOME: home,
  TERM: 'xterm',
  LANG: 'C.UTF-8',
  DISPLAY: ':0',
  MCP_TIMEOUT: '60000',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  MCP_INSPECTOR_SECRET_STORE: 'file',
  OSTIARY_USER: process.env.OSTIARY_USER ?? 'ben',
  OSTIARY_BROWSER_LOG: log,
};

function run(command, seconds = 90) {
  return new Promise(resolve => {
    const child = spawn(command[0], command.slice(1), {env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'], detached: true});
    let output = '';
    const timer = setTimeout(() => {
      output += `\n(ended after ${seconds} s)`;
      try { process.kill(-child.pid, 'SIGKILL'); } catch {}
    }, seconds * 1000);
    child.stdout.on('data', data => (output += data));
    child.stderr.on('data', data => (output += data));
    child.on('error', error => resolve({code: -1, output: String(error)}));
    child.on('close', code => {
      clearTimeout(timer);
      resolve({code, output: output.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')});
    });
  });
}

let failed = false;
function check(what, result, good) {
  if (good) {
    console.log(`ok ${what}`);
    return;
  }
  failed = true;
  const browser = existsSync(log) ? readFileSync(log, 'utf8').trim().replace(/\n/g, ' | ') : 'not opened';
  console.log(`FAIL ${what}: exit ${result.code}: ${result.output.trim().replace(/\s+/g, ' ').slice(-1500)} [browser: ${browser}]`);
}

// It signs in: Inspector, as everything built on the TypeScript SDK, starts servers without DISPLAY, so that no browser could be opened.
const doctor = await run([ostiary, 'connect', '--doctor', url]);
check('the doctor finds nothing', doctor, doctor.code === 0 && doctor.output.includes('ok    initialize'));

const inspector = await run(
  ['mcp-inspector', '--cli', ostiary, 'connect', url, '--connect-timeout', '60000', '--method', 'tools/call', '--tool-name', tool, '--tool-arg', argument]);
check('inspector calls a tool', inspector, inspector.code === 0 && inspector.output.includes(expected));

const claude = await run([ostiary, 'connect', '--install', 'claude', url]);
check('claude-code is configured', claude, claude.code === 0);
const connected = await run(['claude', 'mcp', 'list']);
check('claude-code is connected', connected, /notes:.*Connected/.test(connected.output));

const opencode = await run([ostiary, 'connect', '--install', 'opencode', url]);
check('opencode is configured', opencode, opencode.code === 0);
const listed = await run(['script', '-qec', 'opencode mcp list', '/dev/null']);
check('opencode is connected', listed, /connected/.test(listed.output) && !/failed/i.test(listed.output));

const codex = await run([ostiary, 'connect', '--install', 'codex', url]);
check('codex is configured', codex, codex.code === 0);
const read = await run(['codex', 'mcp', 'list']);
check('codex reads its configuration', read, read.code === 0 && read.output.includes(url));

const windows = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(line => line.startsWith('opened')).length : 0;
check('one sign-in serves all', {code: windows, output: 'windows'}, windows === 1);
process.exit(failed ? 1 : 0);
