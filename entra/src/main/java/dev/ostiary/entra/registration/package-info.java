/**
 * What registration in Entra a gateway needs: a pure function of its resources, as {@link
 * dev.ostiary.entra.registration.DesiredRegistration} says it.
 */
@NullMarked
package dev.ostiary.entra.registration;

import org.jspecify.annotations.NullMarked;
