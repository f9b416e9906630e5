/** The parts of {@code ostiary up}, on real files and processes. */
@NullMarked
package dev.ostiary.cli.up;

import org.jspecify.annotations.NullMarked;
