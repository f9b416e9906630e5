/** What the gateway sees of workloads when it looks at them itself, for status; no request of a client passes here. */
@NullMarked
package dev.ostiary.gateway.server.inspect;

import org.jspecify.annotations.NullMarked;
