/** What an image begins with, read at its registry: the OCI distribution and image specifications, and nothing beyond. */
@NullMarked
package dev.ostiary.operator.registry;

import org.jspecify.annotations.NullMarked;
