/** Other programs: found without a shell, run without secrets in their arguments. */
@NullMarked
package dev.ostiary.connect.program;

import org.jspecify.annotations.NullMarked;
