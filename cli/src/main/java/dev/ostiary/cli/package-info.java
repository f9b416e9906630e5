/**
 * The command {@code ostiary}: argument parsing, exit codes and everything that is printed. The commands are thin; what
 * they do lives in {@link dev.ostiary.cli.up} and in the modules beside this one.
 */
@NullMarked
package dev.ostiary.cli;

import org.jspecify.annotations.NullMarked;
