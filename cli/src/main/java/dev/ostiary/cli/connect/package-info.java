/** The command `ostiary connect`: options, and a start that loads nothing else of the program. */
@NullMarked
package dev.ostiary.cli.connect;

import org.jspecify.annotations.NullMarked;
