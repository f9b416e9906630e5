package dev.ostiary.gateway.bridge.child;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The three pipes of a child that is about to be started. {@link #close} closes the child's ends, which it has copies of by then, and
 * this process's too unless they were {@linkplain #keep kept}: a start that fails leaves no descriptor. One thread.
 */
final class Pipes implements AutoCloseable {

    private final List<Integer> childs = new ArrayList<>(3);
    private final List<PipeEnd> ours = new ArrayList<>(3);
    private boolean kept;

    private Pipes() {}

    /** @throws IOException when there are no more descriptors, or no more may be watched */
    static Pipes open(Poller poller) throws IOException {
        Pipes pipes = new Pipes();
        try {
            pipes.add(poller, 0);
            pipes.add(poller, 1);
            pipes.add(poller, 1);
            return pipes;
        } catch (IOException | RuntimeException failed) {
            pipes.close();
            throw failed;
        }
    }

    /** @param childs which end is the child's: 0, where it reads, or 1, where it writes */
    private void add(Poller poller, int childs) throws IOException {
        int[] ends = Libc.pipe();
        if (ends.length < 2) {
            throw new IOException("no more descriptors (errno " + -ends[0] + ")");
        }
        this.childs.add(ends[childs]);
        int own = ends[1 - childs];
        try {
            Libc.nonBlocking(own);
            ours.add(new PipeEnd(poller, own));
        } catch (IOException | RuntimeException failed) {
            Libc.close(own);
            throw failed;
        }
    }

    /** The child's end of its standard input, output and error: 0, 1, 2. */
    int childs(int number) {
        return childs.get(number);
    }

    /** This process's end of the same. */
    PipeEnd own(int number) {
        return ours.get(number);
    }

    /** There is a child that this process's ends belong to. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        childs.forEach(Libc::close);
        if (!kept) {
            ours.forEach(PipeEnd::close);
        }
    }
}
