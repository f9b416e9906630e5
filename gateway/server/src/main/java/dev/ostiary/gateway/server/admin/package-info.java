/**
 * The admin port: liveness, readiness, metrics, revision.
 */
@NullMarked
package dev.ostiary.gateway.server.admin;

import org.jspecify.annotations.NullMarked;
