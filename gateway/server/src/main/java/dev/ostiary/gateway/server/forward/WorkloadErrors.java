package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.Answers;
import dev.ostiary.gateway.server.authorize.AuthorizedPost;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.identity.Challenge;
import dev.ostiary.gateway.server.identity.Refusal;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.ErrorResponse;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a caller is told when the workload fails: that it did, whether trying again makes sense, and the id under which an
 * administrator finds the rest in the log. Nothing of the workload's own words or address.
 */
final class WorkloadErrors {

    private static final Logger LOG = LoggerFactory.getLogger(WorkloadErrors.class);

    private WorkloadErrors() {}

    /** A failure in the gateway's own terms. */
    record Failure(int status, String message, String detail) {}

    static Failure of(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case UNREACHABLE -> new Failure(502, "The MCP server cannot be reached", detail(failure));
            case CONNECT_TIMEOUT ->
                new Failure(504, "The MCP server did not accept a connection in time", detail(failure));
            case TLS -> new Failure(502, "No secure connection to the MCP server could be made", detail(failure));
            case FIRST_BYTE_TIMEOUT -> new Failure(504, "The MCP server did not answer in time", detail(failure));
            case IDLE_TIMEOUT ->
                new Failure(504, "The MCP server stopped in the middle of its answer", detail(failure));
            case BROKEN -> new Failure(502, "The MCP server broke the connection off", detail(failure));
            case PROTOCOL -> new Failure(502, "The MCP server's answer is malformed", detail(failure));
            case OVERLOADED -> new Failure(503, "Too many calls are waiting for the MCP server", detail(failure));
        };
    }

    /** What an answer that cannot be passed on means; a 400 may be the sign of a server of another generation. */
    static Failure unusable(int status) {
        return status == 400 ? notUnderstood(status) : ofStatus(status);
    }

    /** A status that a workload has no business sending to a caller, or that says nothing useful to one. */
    static Failure ofStatus(int status) {
        String detail = "status " + status;
        return switch (status) {
            case 401, 403 -> new Failure(502, "The MCP server does not accept the gateway's credential", detail);
            case 429 -> new Failure(503, "The MCP server is busy; try again later", detail);
            case 503 -> new Failure(503, "The MCP server is not available now", detail);
            default ->
                status >= 500
                        ? new Failure(502, "The MCP server failed", detail)
                        : new Failure(502, "The MCP server's answer is not one of MCP", detail);
        };
    }

    /** A 400 without a JSON-RPC error: still 400, since clients conclude from it that another revision is spoken here. */
    static Failure notUnderstood(int status) {
        return new Failure(400, "The MCP server does not accept this request", "status " + status);
    }

    /** The principal has too many streams open. */
    static Failure tooManyStreams() {
        return new Failure(429, "You have too many streams open on this route", "streamsPerPrincipal");
    }

    /** The token that a stream was opened with has expired. */
    static Failure expired() {
        return new Failure(401, "Your sign-in expired before the answer was complete; sign in again", "token expired");
    }

    /** The configuration has changed so that what is under way would not begin any more. */
    static Failure noLongerPermitted() {
        return new Failure(403, "This is no longer permitted, or the MCP server has been replaced", "reconsidered");
    }

    /** Why the workload could not be called in the caller's name; signing in again is for {@link Challenge} to say. */
    static Failure of(WorkloadCredential.Withheld why) {
        return switch (why) {
            case WorkloadCredential.Missing missing ->
                new Failure(502, "The gateway has no credential for the MCP server", "credential missing");
            case WorkloadCredential.NotForApplications notForApplications ->
                new Failure(
                        403,
                        "This MCP server is called on behalf of users, and you are signed in as an application",
                        "app-only");
            case WorkloadCredential.SignInAgain again ->
                new Failure(401, "Entra asks you to sign in again", "sign in again");
            case WorkloadCredential.Refused(EntraDiagnosis diagnosis, boolean user) ->
                new Failure(user ? 403 : 502, refused(diagnosis), diagnosis.code());
            case WorkloadCredential.Unavailable(String reason, Duration retryAfter) ->
                new Failure(503, "Entra cannot be asked for access to the MCP server; try again later", reason);
        };
    }

    private static String refused(EntraDiagnosis diagnosis) {
        StringBuilder message = new StringBuilder("Entra gives no access to the MCP server: ")
                .append(diagnosis.summary())
                .append(' ')
                .append(diagnosis.fix());
        if (diagnosis.field() != null) {
            message.append(" (").append(diagnosis.field()).append(')');
        }
        return message.append(" [").append(diagnosis.code()).append(']').toString();
    }

    /** Answers 401 where that is what helps; false where it is not. */
    private static boolean challenged(McpContext context, Relays relays, WorkloadCredential.Withheld why) {
        Challenge challenge = relays.challenges().get(context.served().route().name());
        if (!(why instanceof WorkloadCredential.SignInAgain(String claims)) || challenge == null) {
            return false;
        }
        log(context, of(why));
        Refusal refusal = challenge.signInAgain(claims);
        context.exchange()
                .respond(
                        HttpResponseStatus.valueOf(refusal.status()),
                        refusal.headers(),
                        Unpooled.wrappedBuffer(refusal.body()));
        return true;
    }

    /** Answers a post whose workload was not called. */
    static void answer(AuthorizedPost post, Relays relays, WorkloadCredential.Withheld why) {
        if (!challenged(post.context(), relays, why)) {
            answer(post, of(why));
        }
    }

    /** Answers a GET or DELETE whose workload was not called. */
    static void answer(McpContext context, Relays relays, WorkloadCredential.Withheld why) {
        if (!challenged(context, relays, why)) {
            answer(context, of(why));
        }
    }

    /** An answer that is not MCP. */
    static Failure malformed(String detail) {
        return new Failure(502, "The MCP server's answer is malformed", detail);
    }

    /** Answers every request of the post with this failure. */
    static void answer(AuthorizedPost post, Failure failure) {
        McpContext context = post.context();
        log(context, failure);
        List<ErrorResponse> errors = new ArrayList<>();
        for (Message message : post.messages()) {
            if (message.kind() == Message.Kind.REQUEST) {
                errors.add(JsonRpcErrors.failed(
                        failure.status,
                        message.id(),
                        failure.message,
                        context.trace().traceId()));
            }
        }
        if (errors.isEmpty()) {
            errors.add(JsonRpcErrors.failed(
                    failure.status, null, failure.message, context.trace().traceId()));
        }
        if (post.batch()) {
            Answers.errors(context.exchange(), failure.status, errors);
        } else {
            Answers.error(context.exchange(), errors.getFirst());
        }
    }

    /** Answers a GET or DELETE with this failure. */
    static void answer(McpContext context, Failure failure) {
        log(context, failure);
        Answers.error(
                context.exchange(),
                JsonRpcErrors.failed(
                        failure.status, null, failure.message, context.trace().traceId()));
    }

    /** A JSON-RPC error for one request, to go on a stream. */
    static byte[] body(McpContext context, @Nullable MessageId id, Failure failure) {
        return JsonRpcErrors.failed(
                        failure.status, id, failure.message, context.trace().traceId())
                .body();
    }

    static void log(McpContext context, Failure failure) {
        LOG.atWarn()
                .addKeyValue("route", context.served().route().name())
                .addKeyValue("workload", context.served().route().workload())
                .addKeyValue("trace", context.trace().traceId())
                .addKeyValue("detail", failure.detail)
                .log(failure.message);
    }

    private static String detail(UpstreamFailure failure) {
        return failure.kind() + ": " + failure.detail();
    }
}
