// server-everything over Streamable HTTP, on a free loopback port, for as long as standard input is open. Its own entry
// point takes a fixed port and listens on every address, so both are replaced here.

import net from 'node:net';

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (_port, callback) {
    return listen.call(this, 0, '127.0.0.1', () => {
        callback?.();
        process.stdout.write(`listening on http://127.0.0.1:${this.address().port}/mcp\n`);
    });
};
console.log = () => {};
process.stdin.resume().on('end', () => process.exit(0));

await import('@modelcontextprotocol/server-everything/dist/transports/streamableHttp.js');
