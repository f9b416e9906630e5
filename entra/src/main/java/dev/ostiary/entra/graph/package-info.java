/** Microsoft Graph with the caller's own login: bounded, patient with throttling and replication, silent about secrets. */
@NullMarked
package dev.ostiary.entra.graph;

import org.jspecify.annotations.NullMarked;
