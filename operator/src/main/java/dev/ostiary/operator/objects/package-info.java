/**
 * The Kubernetes objects that a gateway and a workload need: pure functions of the resources, with no client and no clock.
 *
 * <p>Equal input gives equal objects, and objects are written the way the API server stores them, so that applying them
 * again changes nothing.
 */
@NullMarked
package dev.ostiary.operator.objects;

import org.jspecify.annotations.NullMarked;
