/** The way out: which hosts are reached past the proxy, and whom to believe there; the same for workloads and for Entra. */
@NullMarked
package dev.ostiary.gateway.server.egress;

import org.jspecify.annotations.NullMarked;
