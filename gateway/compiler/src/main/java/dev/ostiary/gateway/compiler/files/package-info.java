/**
 * Resources from YAML and JSON files, with the line and column of everything, and what {@code check} says about them.
 *
 * <p>Reading is strict: what an API server would refuse or silently drop is a problem here, with its place. A resource
 * with a problem is still there as far as it could be read, and marked as rejected, so that the compiler closes what it
 * touches instead of going on without it. Secret values leave this package only through {@link
 * dev.ostiary.gateway.compiler.files.LoadedResources#secret}.
 */
@NullMarked
package dev.ostiary.gateway.compiler.files;

import org.jspecify.annotations.NullMarked;
