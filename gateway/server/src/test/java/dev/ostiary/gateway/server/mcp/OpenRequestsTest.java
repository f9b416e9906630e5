package dev.ostiary.gateway.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenRequestsTest {

    @Test
    void aResponsePassesOnceAndOnlyToWhatWasAsked() {
        OpenRequests<String> open = new OpenRequests<>(10);

        assertThat(open.open(MessageId.of(1), "sampling/createMessage")).isTrue();
        assertThat(open.answer(MessageId.of(2))).isNull();
        assertThat(open.find(MessageId.of(1))).isEqualTo("sampling/createMessage");
        assertThat(open.answer(MessageId.of(1))).isEqualTo("sampling/createMessage");
        assertThat(open.answer(MessageId.of(1))).isNull();
    }

    @Test
    void anIdThatIsOpenCannotBeOpenedAgain() {
        OpenRequests<String> open = new OpenRequests<>(10);
        open.open(MessageId.of(1), "first");

        assertThat(open.open(MessageId.of(1), "second")).isFalse();
        assertThat(open.answer(MessageId.of(1))).isEqualTo("first");
    }

    @Test
    void noMoreAreOpenThanMayBe() {
        OpenRequests<String> open = new OpenRequests<>(2);

        assertThat(open.open(MessageId.of(1), "")).isTrue();
        assertThat(open.open(MessageId.of(2), "")).isTrue();
        assertThat(open.open(MessageId.of(3), "")).isFalse();
        open.answer(MessageId.of(1));
        assertThat(open.open(MessageId.of(3), "")).isTrue();
        assertThat(open.size()).isEqualTo(2);
    }

    @Test
    void theRequestsOfAStreamCloseWithIt() {
        OpenRequests<String> open = new OpenRequests<>(10);
        open.open(MessageId.of(1), "a");
        open.open(MessageId.of(2), "b");
        open.open(MessageId.of(3), "a");

        assertThat(open.close("a"::equals)).containsExactlyInAnyOrder(MessageId.of(1), MessageId.of(3));
        assertThat(open.answer(MessageId.of(1))).isNull();
        assertThat(open.answer(MessageId.of(2))).isEqualTo("b");
    }
}
