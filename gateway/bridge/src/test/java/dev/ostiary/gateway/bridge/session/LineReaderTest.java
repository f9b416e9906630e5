package dev.ostiary.gateway.bridge.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {

    private static final int MOST = 1_000_000;
    private static final Memory MEMORY = Memory.ofHeap(MOST);

    private static LineReader reading(String text) {
        return new LineReader(new ByteArrayInputStream(text.getBytes(US_ASCII)), MOST, MEMORY);
    }

    /** However lines lie in what one read brings, each that is long has room of its own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 60_000, 65_535, 65_536, 65_537, 65_538, 131_071, 131_072, 200_000, 999_999, MOST})
    void everyLongLineHasRoom(int length) throws Exception {
        LineReader lines = reading(("x".repeat(length) + "\n").repeat(4) + "y\n");
        for (int i = 0; i < 4; i++) {
            assertThat(lines.next()).hasSize(length);
            Memory.Hold hold = lines.hold();
            if (length > Memory.SMALL_BYTES) {
                assertThat(hold).isNotNull();
            }
            if (length < Memory.SMALL_BYTES) {
                assertThat(hold).isNull();
            }
            if (hold != null) {
                hold.close();
            }
        }
        assertThat(lines.next()).isEqualTo(new byte[] {'y'});
        assertThat(lines.hold()).isNull();
        assertThat(lines.next()).isNull();
        assertThat(lines.hasHalf()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void theLongestLineIsWithoutItsEnd(String end) throws Exception {
        assertThat(reading("x".repeat(MOST) + end).next()).hasSize(MOST);
        LineReader lines = reading("x".repeat(MOST + 1) + end);
        assertThatThrownBy(lines::next).isInstanceOf(LineReader.TooLong.class);
        lines.close();
    }

    @Test
    void aShortLimitHoldsAsWell() {
        InputStream in = new ByteArrayInputStream(("x".repeat(1_025) + "\n").getBytes(US_ASCII));
        LineReader lines = new LineReader(in, 1_024, MEMORY);
        assertThatThrownBy(lines::next).isInstanceOf(LineReader.TooLong.class);
    }
}
