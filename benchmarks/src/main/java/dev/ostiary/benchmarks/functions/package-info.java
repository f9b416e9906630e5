/** What single functions of the request path cost, without sockets. JMH. */
@NullMarked
package dev.ostiary.benchmarks.functions;

import org.jspecify.annotations.NullMarked;
