// A browser without a person: opens a URL, signs in as OSTIARY_USER at the Entra emulator, approves what the gateway asks,
// and ends at the client's own callback. Keeps cookies by host, as browsers do; each run is a new profile. Writes what it did to
// OSTIARY_BROWSER_LOG.
import {appendFileSync} from 'node:fs';
import {parse} from 'node-html-parser';

const user = process.env.OSTIARY_USER ?? 'ben';
const log = line => {
  if (process.env.OSTIARY_BROWSER_LOG) appendFileSync(process.env.OSTIARY_BROWSER_LOG, line + '\n');
};
const cookies = new Map();

function keepCookies(url, response) {
  for (const line of response.headers.getSetCookie()) {
    const [pair, ...attributes] = line.split(';').map(part => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = attributes.find(a => /^path=/i.test(a))?.slice(5) ?? '/';
    const gone = attributes.some(a => /^max-age=0$/i.test(a));
    const key = `${url.hostname} ${path} ${name}`;
    if (gone) cookies.delete(key);
    else cookies.set(key, {host: url.hostname, path, pair: `${name}=${value}`});
  }
}

const cookieHeader = url =>
  [...cookies.values()]
    .filter(c => c.host === url.hostname && url.pathname.startsWith(c.path))
    .map(c => c.pair)
    .join('; ');

async function request(url, {method = 'GET', body, from} = {}) {
  const headers = {
    Accept: 'text/html,application/xhtml+xml',
    'Accept-Language': 'en',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'document',
    'Sec-Fetch-Site': from === undefined ? 'none' : from.origin === url.origin ? 'same-origin' : 'cross-site',
  };
  const cookie = cookieHeader(url);
  if (cookie) headers.Cookie = cookie;
  if (method === 'POST') {
    headers['Content-Type'] = 'application/x-www-form-urlencoded';
    headers.Origin = from.origin;
  }
  const response = await fetch(url, {method, body, headers, redirect: 'manual'});
  keepCookies(url, response);
  log(`${method} ${url.origin}${url.pathname} ${response.status}`);
  return response;
}

// Fills in a page's form as a person would: picks the user, approves.
function submission(page, url) {
  for (const form of page.querySelectorAll('form')) {
    const buttons = form.querySelectorAll('button');
    const wanted =
      buttons.find(b => b.getAttribute('name') === 'decision' && b.getAttribute('value') === 'approve') ??
      buttons.find(b => b.text.toLowerCase().includes(user.toLowerCase())) ??
      buttons.find(b => /^(accept|approve|continue|yes|sign-in)$/i.test(b.text.trim()));
    if (!wanted) continue;
    const fields = new URLSearchParams();
    for (const input of form.querySelectorAll('input')) {
      const type = input.getAttribute('type') ?? 'text';
      if (type === 'hidden') fields.set(input.getAttribute('name'), input.getAttribute('value') ?? '');
      // Other authorization servers ask who it is, and for a password.
      if ((type === 'text' || type === 'password') && input.hasAttribute('required')) fields.set(input.getAttribute('name'), user);
    }
    if (wanted.getAttribute('name')) fields.set(wanted.getAttribute('name'), wanted.getAttribute('value') ?? '');
    return {url: new URL(form.getAttribute('action') || url.href, url), body: fields.toString()};
  }
  return undefined;
}

let url = new URL(process.argv[2]);
log(`opened …${url.href.slice(-40)}`);
const known = new Set([url.origin]);
let next = {};
for (let step = 0; step < 20; step++) {
  const response = await request(url, next);
  if (response.status >= 300 && response.status < 400) {
    const target = new URL(response.headers.get('location'), url);
    next = {from: url};
    const callback = target.searchParams.has('code') && target.searchParams.has('state') && !known.has(target.origin);
    url = target;
    if (callback) {
      const answer = await request(url, next);
      log(`the client's callback answered ${answer.status}`);
      process.exit(0);
    }
    known.add(url.origin);
    continue;
  }
  const text = await response.text();
  const form = submission(parse(text), url);
  if (!form) {
    log(`stuck at ${url.origin}${url.pathname}: ${response.status} ${parse(text).text.replace(/\s+/g, ' ').trim().slice(0, 500)}`);
    process.exit(1);
  }
  next = {method: 'POST', body: form.body, from: url};
  url = form.url;
}
log('too many steps');
process.exit(1);
