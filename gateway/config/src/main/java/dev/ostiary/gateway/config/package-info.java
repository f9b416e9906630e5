/**
 * The contract between whoever compiles resources and whoever serves them: the {@linkplain
 * dev.ostiary.gateway.config.Snapshot snapshot}, the {@linkplain dev.ostiary.gateway.config.KeyRing key ring} and the
 * {@linkplain dev.ostiary.gateway.config.RuntimeConfig runtime configuration} that joins them.
 *
 * <p>Everything here is an immutable value and safe for use by any thread. The package depends on the JDK and Jackson
 * alone, so that neither side drags the other's libraries along.
 */
@NullMarked
package dev.ostiary.gateway.config;

import org.jspecify.annotations.NullMarked;
