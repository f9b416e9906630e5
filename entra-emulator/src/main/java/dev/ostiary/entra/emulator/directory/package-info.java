/**
 * What an emulated Entra directory holds: tenants with users, groups and app registrations, and who consented to what.
 *
 * <p>Immutable values, safe for any thread. Lists that a directory file leaves out are empty.
 */
@NullMarked
package dev.ostiary.entra.emulator.directory;

import org.jspecify.annotations.NullMarked;
