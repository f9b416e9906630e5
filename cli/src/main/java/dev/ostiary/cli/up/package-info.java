/**
 * A gateway on one machine: what {@code ostiary up} starts, watches, says about itself and stops again, in that order.
 * Nothing in here outlives the process, with the exception of what the user asked to be kept with {@code --state}.
 */
@NullMarked
package dev.ostiary.cli.up;

import org.jspecify.annotations.NullMarked;
