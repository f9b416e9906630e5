/** A plan for people, for programs, and for pipelines that may do what no person may. */
@NullMarked
package dev.ostiary.entra.output;

import org.jspecify.annotations.NullMarked;
