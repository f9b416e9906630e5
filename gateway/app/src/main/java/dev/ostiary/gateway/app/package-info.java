/** The program of the gateway's container image. */
@NullMarked
package dev.ostiary.gateway.app;

import org.jspecify.annotations.NullMarked;
