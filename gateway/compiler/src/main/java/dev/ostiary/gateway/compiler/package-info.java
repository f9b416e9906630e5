/**
 * From resources to what a gateway enforces: a pure function of the {@linkplain dev.ostiary.gateway.compiler.Resources
 * resources} and of what their {@linkplain dev.ostiary.gateway.compiler.Host host} can do.
 *
 * <p>The same resources in any order give the same snapshot, byte for byte. What is invalid or cannot be resolved closes
 * the route that it affects, with the reason that the {@linkplain dev.ostiary.gateway.compiler.Finding finding} has, and
 * changes nothing else; what is wrong with a gateway itself closes all of its routes. Secret values never come here: only
 * which keys exist.
 */
@NullMarked
package dev.ostiary.gateway.compiler;

import org.jspecify.annotations.NullMarked;
