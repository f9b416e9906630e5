/**
 * From bearer token to {@link dev.ostiary.gateway.server.identity.Principal}: token validation, key sets, challenges and
 * protected-resource metadata (RFC 9728).
 */
@NullMarked
package dev.ostiary.gateway.server.identity;

import org.jspecify.annotations.NullMarked;
