package dev.ostiary.entra.emulator.graph;

import dev.ostiary.entra.emulator.token.Opaque;
import java.time.Clock;

/**
 * What Graph's resources share.
 *
 * @param origin of Graph, for links
 * @param policy of the tenant
 */
record GraphContext(String origin, Clock clock, Opaque opaque, TenantPolicy policy) {}
