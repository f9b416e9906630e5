/** What registration in Entra a gateway needs. */
@NullMarked
package dev.ostiary.entra.registration;

import org.jspecify.annotations.NullMarked;
