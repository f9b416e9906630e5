/** The way out, for gateways and the operator alike: which hosts are reached past the proxy, and whom to believe there. */
@NullMarked
package dev.ostiary.gateway.config.egress;

import org.jspecify.annotations.NullMarked;
