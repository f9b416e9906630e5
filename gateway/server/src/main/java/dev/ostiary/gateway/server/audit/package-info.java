/**
 * One structured line per decision.
 */
@NullMarked
package dev.ostiary.gateway.server.audit;

import org.jspecify.annotations.NullMarked;
