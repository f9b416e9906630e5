// Each client as a user has it: told one URL, it signs in through the gateway and calls a tool where it can without an account of
// its own. Prints one line a check, `ok …` or `FAIL …`. MCP_URL is the route; MCP_TOOL and MCP_ARGUMENT (name=value) what to call;
// MCP_EXPECTED is in the tool's answer.
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, existsSync, rmSync, writeFileSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const {MCP_URL: url, MCP_TOOL: tool, MCP_ARGUMENT: argument, MCP_EXPECTED: expected} = process.env;
const only = process.argv.slice(2);

// A client's own home, so that nothing of the machine is read or written; its browser is ours.
function home(client) {
  const folder = mkdtempSync(join(process.env.OSTIARY_HOMES ?? tmpdir(), `ostiary-${client}-`));
  const log = join(folder, 'browser.log');
  return {
    folder,
    log,
    env: {
      // OpenCode's binary comes as a package of its own: its launcher's lists platforms that a registry may lack.
      PATH: [
        join(here, 'bin'),
        join(here, 'node_modules/.bin'),
        join(here, 'node_modules/opencode-linux-x64-baseline/bin'),
        process.env.PATH,
      ].join(':'),
      HOME: folder,
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      DISPLAY: ':0',
      BROWSER: join(here, 'bin/xdg-open'),
      OSTIARY_USER: process.env.OSTIARY_USER ?? 'ben',
      OSTIARY_BROWSER_LOG: log,
    },
  };
}

// Ends by itself, or as soon as it has printed `until`.
function run(command, {env, folder}, {seconds = 60, until} = {}) {
  return new Promise(resolve => {
    const child = spawn(command[0], command.slice(1), {env, cwd: folder, stdio: [until ? 'pipe' : 'ignore', 'pipe', 'pipe'], detached: true});
    let output = '';
    const stop = () => {
      try { process.kill(-child.pid, 'SIGKILL'); } catch {}
    };
    const timer = setTimeout(() => {
      output += `\n(ended after ${seconds} s)`;
      stop();
    }, seconds * 1000);
    // Who does not find the desktop's browser prints the URL, and the user opens it.
    let printed = false;
    const read = data => {
      output += data;
      if (until && output.includes(until)) stop();
      const link = /https?:\/\/[^\s"']+\/authorize\?[^\s"']+/.exec(output)?.[0];
      if (link && !printed) {
        printed = true;
        setTimeout(() => {
          if (!existsSync(env.OSTIARY_BROWSER_LOG) || !readFileSync(env.OSTIARY_BROWSER_LOG, 'utf8').includes(link.slice(-40))) {
            spawn(env.BROWSER, [link], {env, stdio: 'ignore'});
          }
        }, 1500);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', error => resolve({code: -1, output: String(error)}));
    child.on('close', code => {
      clearTimeout(timer);
      resolve({code, output: output.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')});
    });
  });
}

// Some clients look whether they have a terminal.
const inTerminal = command => ['script', '-qec', command, '/dev/null'];
const [name, value] = (argument ?? '=').split('=');

const clients = {
  'claude-code': async at => {
    const added = await run(['claude', 'mcp', 'add', '--transport', 'http', 'notes', url], at);
    const login = await run(inTerminal('claude mcp login notes'), at);
    const list = await run(['claude', 'mcp', 'list'], at);
    return [
      ['is told the URL', added, added.code === 0],
      ['signs in', login, login.code === 0],
      ['is connected', list, /Connected/.test(list.output)],
    ];
  },
  codex: async at => {
    const added = await run(['codex', 'mcp', 'add', 'notes', '--url', url], at);
    const login = await run(['codex', 'mcp', 'login', 'notes'], at);
    return [
      ['is told the URL', added, added.code === 0],
      ['signs in', login, login.code === 0 && /[Ss]uccess/.test(login.output)],
    ];
  },
  opencode: async at => {
    const config = join(at.folder, '.config/opencode');
    mkdirSync(config, {recursive: true});
    writeFileSync(join(config, 'opencode.json'), JSON.stringify({mcp: {notes: {type: 'remote', url, enabled: true}}}));
    const login = await run(inTerminal('opencode mcp auth notes'), at);
    const list = await run(inTerminal('opencode mcp list'), at);
    return [
      ['signs in', login, login.code === 0],
      ['is connected', list, /connected/.test(list.output) && !/needs auth|failed/i.test(list.output)],
    ];
  },
  inspector: async at => {
    at.env.MCP_AUTO_OPEN_ENABLED = 'true';
    at.env.MCP_INSPECTOR_SECRET_STORE = 'file';
    const call = await run(
      ['mcp-inspector', '--cli', url, '--transport', 'http', '--protocol-era', 'auto',
        '--method', 'tools/call', '--tool-name', tool, '--tool-arg', `${name}=${value}`],
      at,
    );
    return [['signs in and calls a tool', call, call.code === 0 && call.output.includes(expected)]];
  },
  'mcp-remote': async at => {
    const list = await run(['mcp-remote-client', url], at, {until: tool});
    return [['signs in and lists tools', list, list.output.includes(tool)]];
  },
  mcporter: async at => {
    const call = await run(
      ['mcporter', 'call', '--http-url', url, '--allow-http', '--name', 'notes', '--tool', tool, '--args', JSON.stringify({[name]: value})],
      at,
    );
    return [['signs in and calls a tool', call, call.code === 0 && call.output.includes(expected)]];
  },
};

let failed = false;
for (const [client, steps] of Object.entries(clients)) {
  if (only.length && !only.includes(client)) continue;
  const at = home(client);
  for (const [what, result, good] of await steps(at)) {
    if (good) {
      console.log(`ok ${client} ${what}`);
    } else {
      failed = true;
      const browser = existsSync(at.log) ? readFileSync(at.log, 'utf8').trim().replace(/\n/g, ' | ') : 'not opened';
      console.log(`FAIL ${client} ${what}: exit ${result.code}: ${result.output.trim().replace(/\s+/g, ' ').slice(-1500)} [browser: ${browser}]`);
    }
  }
  if (!process.env.OSTIARY_KEEP_HOMES) rmSync(at.folder, {recursive: true, force: true});
}
process.exit(failed ? 1 : 0);
