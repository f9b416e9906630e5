package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.credentials.WorkloadCredential;
import dev.ostiary.gateway.server.keys.SessionSeal;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call with what the workload is shown for the caller. That is found first, which may take a request to Entra; where the
 * workload refuses it with a 401 and another one can be had, the call is made once more. Confined to the exchange's executor.
 */
final class CredentialedCall implements UpstreamClient.Call {

    /** Told of the call, and of there being none. */
    interface Listener extends UpstreamClient.Listener {

        /** The workload is not called; nothing else is said. Never called before {@link #send} has returned. */
        void onWithheld(WorkloadCredential.Withheld why);
    }

    private final McpContext context;
    private final Relays relays;
    private final Supplier<UpstreamClient.Request> draft;
    private final Listener listener;
    private UpstreamClient.@Nullable Call call;
    private boolean paused;
    private boolean cancelled;
    private boolean recovered;

    private CredentialedCall(
            McpContext context, Relays relays, Supplier<UpstreamClient.Request> draft, Listener listener) {
        this.context = context;
        this.relays = relays;
        this.draft = draft;
        this.listener = listener;
    }

    /**
     * Makes the call.
     *
     * @param draft makes the request without the credential; asked for each attempt
     * @param listener never told anything before this method has returned
     */
    static CredentialedCall send(
            McpContext context, Relays relays, Supplier<UpstreamClient.Request> draft, Listener listener) {
        CredentialedCall credentialed = new CredentialedCall(context, relays, draft, listener);
        relays.credentials()
                .find(
                        route(context),
                        context.caller().principal(),
                        context.caller().credential(),
                        context.exchange().executor(),
                        credential -> credentialed.found(credential, false));
        return credentialed;
    }

    private void found(WorkloadCredential credential, boolean again) {
        if (cancelled) {
            return;
        }
        switch (credential) {
            case WorkloadCredential.Nothing nothing -> attempt(null, again);
            case WorkloadCredential.Header header -> attempt(header, again);
            case WorkloadCredential.Withheld withheld ->
                context.exchange().executor().execute(() -> {
                    if (!cancelled) {
                        cancelled = true;
                        listener.onWithheld(withheld);
                    }
                });
        }
    }

    private void attempt(WorkloadCredential.@Nullable Header header, boolean again) {
        UpstreamClient.Request request = relays.successors().redirected(context, draft.get());
        if (header != null) {
            request.headers().set(header.name(), header.value());
        }
        UpstreamClient.Listener told =
                header != null && header.renewable() && !again ? new FirstAttempt(header) : listener;
        SessionSeal session = context.session();
        if (session != null
                && !recovered
                && !request.method().equals(HttpMethod.DELETE)
                && SessionSuccessors.areAllowed(context)) {
            told = new Recovering(session, header, again, told);
        }
        call = relays.client().send(context.exchange().executor(), request, told);
        if (paused) {
            call.pause();
        }
    }

    private static Route route(McpContext context) {
        return context.served().route();
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (call != null) {
            call.cancel();
        }
    }

    @Override
    public void pause() {
        paused = true;
        if (call != null) {
            call.pause();
        }
    }

    @Override
    public void resume() {
        paused = false;
        if (call != null) {
            call.resume();
        }
    }

    /** Passes everything on but that the session is lost, where the gateway may open another in its place. */
    private final class Recovering implements UpstreamClient.Listener {

        private final SessionSeal lost;
        private final WorkloadCredential.@Nullable Header shown;
        private final boolean again;
        private final UpstreamClient.Listener told;
        private final SessionSeal.@Nullable UpstreamSession tried;
        private boolean recovering;

        Recovering(
                SessionSeal lost,
                WorkloadCredential.@Nullable Header shown,
                boolean again,
                UpstreamClient.Listener told) {
            this.lost = lost;
            this.shown = shown;
            this.again = again;
            this.told = told;
            this.tried = relays.successors().of(context);
        }

        @Override
        public void onHead(int status, HttpHeaders headers) {
            if (status == 404) {
                UpstreamClient.Call first = call;
                if (first != null) {
                    first.cancel();
                }
                recover(() -> {
                    told.onHead(status, headers);
                    told.onEnd();
                });
            } else {
                told.onHead(status, headers);
            }
        }

        @Override
        public void onData(ByteBuf piece) {
            if (recovering) {
                piece.release();
            } else {
                told.onData(piece);
            }
        }

        @Override
        public void onEnd() {
            if (!recovering) {
                told.onEnd();
            }
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            // The pod has gone, and nothing of the request has reached it.
            if (failure.kind() == UpstreamFailure.Kind.UNREACHABLE
                    || failure.kind() == UpstreamFailure.Kind.CONNECT_TIMEOUT) {
                recover(() -> told.onFailure(failure));
            } else {
                told.onFailure(failure);
            }
        }

        private void recover(Runnable otherwise) {
            recovering = true;
            recovered = true;
            SessionSeal.UpstreamSession now = relays.successors().of(context);
            if (now != null && !now.equals(tried)) {
                // Another request of the session has opened one meanwhile.
                attempt(shown, again);
                return;
            }
            Reinitialization.start(context, lost, relays, shown, succeeded -> {
                if (cancelled) {
                    return;
                }
                if (succeeded) {
                    attempt(shown, again);
                } else {
                    otherwise.run();
                }
            });
        }
    }

    /** Passes everything on but a 401 that another credential may turn into an answer. */
    private final class FirstAttempt implements UpstreamClient.Listener {

        private final WorkloadCredential.Header shown;
        private boolean refused;

        FirstAttempt(WorkloadCredential.Header shown) {
            this.shown = shown;
        }

        @Override
        public void onHead(int status, HttpHeaders headers) {
            if (status != 401) {
                listener.onHead(status, headers);
                return;
            }
            refused = true;
            UpstreamClient.Call first = call;
            relays.credentials()
                    .findAnother(
                            route(context),
                            context.caller().principal(),
                            context.caller().credential(),
                            shown,
                            context.exchange().executor(),
                            another -> {
                                if (cancelled) {
                                    return;
                                }
                                if (another == null) {
                                    refused = false;
                                    listener.onHead(status, headers);
                                    return;
                                }
                                if (first != null) {
                                    first.cancel();
                                }
                                found(another, true);
                            });
        }

        @Override
        public void onData(ByteBuf piece) {
            if (refused) {
                piece.release();
            } else {
                listener.onData(piece);
            }
        }

        @Override
        public void onEnd() {
            if (!refused) {
                listener.onEnd();
            }
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            if (!refused) {
                listener.onFailure(failure);
            }
        }
    }
}
