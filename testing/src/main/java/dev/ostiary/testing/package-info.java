/** What the tests of several modules share: a real Kubernetes API server, and the rule for levels that cannot run. */
@NullMarked
package dev.ostiary.testing;

import org.jspecify.annotations.NullMarked;
