/**
 * What a load run needs besides the gateway and nginx: a workload that answers at once, an Entra that issued the token, and
 * the resources that name both.
 */
@NullMarked
package dev.ostiary.benchmarks.load;

import org.jspecify.annotations.NullMarked;
