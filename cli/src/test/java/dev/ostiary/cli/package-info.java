/** The command line from the outside: arguments in; output, errors and exit code out. */
@NullMarked
package dev.ostiary.cli;

import org.jspecify.annotations.NullMarked;
