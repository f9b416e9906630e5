package dev.ostiary.benchmarks.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/**
 * A stateless MCP server on loopback that costs as little as possible: two tools, JSON answers of about 100 bytes. It is on
 * both sides of every comparison; it does not show how a server should be written.
 */
public final class EchoWorkload implements AutoCloseable {

    private static final String JSON = "application/json";
    private static final String TOOLS = """
            "result":{"tools":[{"name":"echo","description":"Says it again","inputSchema":{"type":"object"},\
            "annotations":{"readOnlyHint":true}},{"name":"wipe","description":"Deletes everything",\
            "inputSchema":{"type":"object"},"annotations":{"destructiveHint":true}}]}}""";
    private static final String INITIALIZED = """
            "result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},\
            "serverInfo":{"name":"echo","version":"1"}}}""";
    private static final String CALLED =
            "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}],\"isError\":false}}";
    private static final String UNKNOWN = "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}";

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final LongAdder requests = new LongAdder();
    private final Channel server;

    public EchoWorkload(int port) throws InterruptedException {
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Answer(requests));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync()
                .channel();
    }

    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** How many were read so far. */
    public long requests() {
        return requests.sum();
    }

    @Override
    public void close() {
        var _ = server.close();
        var _ = loops.shutdownGracefully();
    }

    private static final class Answer extends SimpleChannelInboundHandler<FullHttpRequest> {

        private static final JsonFactory JSON_FACTORY = new JsonFactory();

        private final LongAdder requests;

        Answer(LongAdder requests) {
            this.requests = requests;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) throws IOException {
            requests.increment();
            if (!request.method().equals(HttpMethod.POST)) {
                respond(ctx, HttpResponseStatus.METHOD_NOT_ALLOWED, Unpooled.EMPTY_BUFFER);
                return;
            }
            String id = null;
            String method = "";
            try (InputStream in = new ByteBufInputStream(request.content());
                    JsonParser parser = JSON_FACTORY.createParser(in)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (name.equals("id")) {
                        id = value == JsonToken.VALUE_STRING ? '"' + parser.getText() + '"' : parser.getText();
                    } else if (name.equals("method")) {
                        method = parser.getText();
                    } else {
                        parser.skipChildren();
                    }
                }
            }
            if (id == null) {
                respond(ctx, HttpResponseStatus.ACCEPTED, Unpooled.EMPTY_BUFFER);
                return;
            }
            String outcome = switch (method) {
                case "tools/call" -> CALLED;
                case "tools/list" -> TOOLS;
                case "initialize" -> INITIALIZED;
                default -> UNKNOWN;
            };
            ByteBuf body = ctx.alloc().buffer(256);
            ByteBufUtil.writeUtf8(body, "{\"jsonrpc\":\"2.0\",\"id\":" + id + ',' + outcome);
            respond(ctx, HttpResponseStatus.OK, body);
        }

        private static void respond(ChannelHandlerContext ctx, HttpResponseStatus status, ByteBuf body) {
            DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
            if (body.isReadable()) {
                response.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
            }
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
            var _ = ctx.writeAndFlush(response, ctx.voidPromise());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }
}
