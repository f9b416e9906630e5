package dev.ostiary.operator.contact;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** One watch: when it last said something, from the moment it was asked for. What comes is passed on as it is. */
final class HeardWatch {

    private final ApiContact contact;
    private final Consumer<HeardWatch> over;
    private volatile long heardNanos = System.nanoTime();

    /**
     * @param over is told when it has ended, however; perhaps more than once
     */
    HeardWatch(ApiContact contact, Consumer<HeardWatch> over) {
        this.contact = contact;
        this.over = over;
    }

    long silentNanos() {
        return System.nanoTime() - heardNanos;
    }

    void heard() {
        heardNanos = System.nanoTime();
        contact.heard();
    }

    void end() {
        over.accept(this);
    }

    <T> HttpResponse.BodyHandler<T> handler(HttpResponse.BodyHandler<T> given) {
        return response -> new Body<>(given.apply(response));
    }

    WebSocket.Listener listener(WebSocket.Listener given) {
        return new Messages(given);
    }

    private final class Body<T> implements BodySubscriber<T> {

        private final BodySubscriber<T> given;

        Body(BodySubscriber<T> given) {
            this.given = given;
        }

        @Override
        public CompletionStage<T> getBody() {
            return given.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            heard();
            given.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    subscription.request(n);
                }

                @Override
                public void cancel() {
                    end();
                    subscription.cancel();
                }
            });
        }

        @Override
        public void onNext(List<ByteBuffer> item) {
            heard();
            given.onNext(item);
        }

        @Override
        public void onError(Throwable throwable) {
            end();
            given.onError(throwable);
        }

        @Override
        public void onComplete() {
            end();
            given.onComplete();
        }
    }

    private final class Messages implements WebSocket.Listener {

        private final WebSocket.Listener given;

        Messages(WebSocket.Listener given) {
            this.given = given;
        }

        @Override
        public void onOpen(WebSocket socket) {
            heard();
            given.onOpen(socket);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard();
            return given.onText(socket, data, last);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            heard();
            return given.onBinary(socket, data, last);
        }

        @Override
        public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
            heard();
            return given.onPing(socket, message);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            heard();
            return given.onPong(socket, message);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            end();
            return given.onClose(socket, status, reason);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            end();
            given.onError(socket, error);
        }
    }
}
