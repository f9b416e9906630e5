/**
 * What users have granted, kept for all replicas: {@link dev.ostiary.gateway.server.store.GrantStore} and its
 * implementations. Values come sealed; a store sees ids, owners and times, never a token.
 */
@NullMarked
package dev.ostiary.gateway.server.store;

import org.jspecify.annotations.NullMarked;
