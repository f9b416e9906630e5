// Where the name in MCP_URL leads to when no resolver knows it: MCP_ADDRESS, if there is one.

import dns from 'node:dns';

const address = process.env.MCP_ADDRESS;
if (address) {
    const { hostname } = new URL(process.env.MCP_URL);
    const lookup = dns.lookup;
    dns.lookup = (name, options, callback) => {
        if (name !== hostname) {
            return lookup(name, options, callback);
        }
        const found = { address, family: 4 };
        return options?.all ? callback(null, [found]) : callback(null, found.address, found.family);
    };
}
