/**
 * All resources together: watched, compiled as a whole whenever one changes, and handed on as an immutable {@link
 * dev.ostiary.operator.world.World}.
 */
@NullMarked
package dev.ostiary.operator.world;

import org.jspecify.annotations.NullMarked;
