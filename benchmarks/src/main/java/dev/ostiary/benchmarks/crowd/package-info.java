/** The control plane among a thousand workloads: the operator as its image runs it, replicas, and a real API server. */
@NullMarked
package dev.ostiary.benchmarks.crowd;

import org.jspecify.annotations.NullMarked;
