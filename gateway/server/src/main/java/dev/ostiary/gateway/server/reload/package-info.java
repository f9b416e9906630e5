/** The switch from one configuration to the next: everything derived from a configuration, built aside and swapped whole. */
@NullMarked
package dev.ostiary.gateway.server.reload;

import org.jspecify.annotations.NullMarked;
