/** What is wrong with a registration, and what users see of it. */
@NullMarked
package dev.ostiary.entra.check;

import org.jspecify.annotations.NullMarked;
