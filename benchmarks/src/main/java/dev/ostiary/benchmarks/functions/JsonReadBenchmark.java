package dev.ostiary.benchmarks.functions;

import dev.ostiary.gateway.server.mcp.McpMessages;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The strict read of one {@code tools/call}, by the size of its arguments. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JsonReadBenchmark {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_BATCH = 100;

    @Param({"20", "4000", "200000"})
    int argumentBytes;

    private byte[] body = {};

    @Setup
    public void makeBody() {
        StringBuilder arguments = new StringBuilder("{");
        for (int i = 0; arguments.length() < argumentBytes; i++) {
            arguments.append(i == 0 ? "" : ",").append("\"field").append(i).append("\":\"some text\"");
        }
        body = ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":"
                        + arguments + "}}}")
                .getBytes(StandardCharsets.UTF_8);
        if (!(read() instanceof McpMessages.Reading.Single)) {
            throw new IllegalStateException("the message is not what is to be measured");
        }
    }

    @Benchmark
    public McpMessages.Reading read() {
        return McpMessages.read(body, MAX_DEPTH, MAX_BATCH);
    }
}
