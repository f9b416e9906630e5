/**
 * What a workload gets in place of the caller's token (design §4.5): nothing, a fixed secret, the gateway's own assertion about
 * the caller, or a token that Entra issued for the workload's API. What takes a request to Entra is got off the event loop.
 */
@NullMarked
package dev.ostiary.gateway.server.credentials;

import org.jspecify.annotations.NullMarked;
