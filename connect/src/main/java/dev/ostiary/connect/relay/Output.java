package dev.ostiary.connect.relay;

import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Standard output: a message a line, never mixed, each sent at once. Any thread may use it. */
public final class Output {

    private final OutputStream out;
    private final Runnable onBroken;
    private boolean broken;

    /**
     * Writes to this stream.
     *
     * @param onBroken called once, when the client no longer reads
     */
    public Output(OutputStream out, Runnable onBroken) {
        this.out = out;
        this.onBroken = onBroken;
    }

    /** Writes one message; does nothing after the client has stopped reading. */
    public void write(Message message) {
        boolean first = false;
        synchronized (this) {
            if (broken) {
                return;
            }
            byte[] text = message.line();
            byte[] line = Arrays.copyOf(text, text.length + 1);
            line[text.length] = '\n';
            try {
                out.write(line);
                out.flush();
            } catch (IOException e) {
                broken = true;
                first = true;
            }
        }
        if (first) {
            onBroken.run();
        }
    }
}
