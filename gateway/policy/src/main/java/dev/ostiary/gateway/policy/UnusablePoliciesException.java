package dev.ostiary.gateway.policy;

/** Says that a route's policies cannot be enforced, so that the route must stay closed; the message is for operators. */
public final class UnusablePoliciesException extends Exception {

    UnusablePoliciesException(String message) {
        super(message);
    }
}
