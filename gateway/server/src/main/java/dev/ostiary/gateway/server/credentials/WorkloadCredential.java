package dev.ostiary.gateway.server.credentials;

import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a workload is shown for a caller, or why there is nothing to show, so that the workload must not be called. */
public sealed interface WorkloadCredential {

    /** The workload is called. */
    sealed interface Shown extends WorkloadCredential {}

    /** The workload is not called. */
    sealed interface Withheld extends WorkloadCredential {}

    /** The workload asks for nothing. */
    record Nothing() implements Shown {}

    /**
     * A header to set.
     *
     * @param name its name
     * @param value its whole value; a secret
     * @param renewable whether another one can be had where the workload refuses this one
     */
    record Header(String name, String value, boolean renewable) implements Shown {
        /** Never the value. */
        @Override
        public String toString() {
            return "Header[" + name + "]";
        }
    }

    /** The gateway has not got what it was configured to show. */
    record Missing() implements Withheld {}

    /** The workload is called on behalf of users, and the caller is an application without one. */
    record NotForApplications() implements Withheld {}

    /**
     * Entra wants to see the user.
     *
     * @param claims the claims challenge for a client that gets its tokens from Entra, as JSON; null: none
     */
    record SignInAgain(@Nullable String claims) implements Withheld {}

    /**
     * Entra says no, and signing in again would not change that.
     *
     * @param user whether it is about this user; else about the gateway's registration
     */
    record Refused(EntraDiagnosis diagnosis, boolean user) implements Withheld {}

    /**
     * Nothing is known now.
     *
     * @param reason CamelCase, for the log
     */
    record Unavailable(String reason, Duration retryAfter) implements Withheld {}
}
