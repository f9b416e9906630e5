package dev.ostiary.gateway.server.keys;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as bytes: version 2, then the fields in order, strings as two bytes of length and modified UTF-8, an empty string
 * for null. Version 1 had no grant. Only ever reads what {@link Sealer} has opened, so bytes that do not fit come from another release.
 */
final class SessionCodec {

    private static final int VERSION = 2;
    private static final int WITHOUT_GRANT = 1;

    private SessionCodec() {}

    static byte[] encode(SessionSeal seal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(seal.protocolVersion());
            out.writeUTF(seal.principal());
            out.writeUTF(seal.route());
            out.writeUTF(seal.workloadUid());
            out.writeUTF(seal.grantId() == null ? "" : seal.grantId());
            out.writeLong(seal.issued().getEpochSecond());
            out.writeByte(seal.upstreams().size());
            for (SessionSeal.UpstreamSession upstream : seal.upstreams()) {
                out.writeInt(upstream.podOrdinal());
                out.writeUTF(upstream.instance() == null ? "" : upstream.instance());
                out.writeUTF(upstream.id() == null ? "" : upstream.id());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a session could not be written", e);
        }
        return bytes.toByteArray();
    }

    /** The session; null when another release wrote it in another layout. */
    static @Nullable SessionSeal decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION && version != WITHOUT_GRANT) {
                return null;
            }
            String protocolVersion = in.readUTF();
            String principal = in.readUTF();
            String route = in.readUTF();
            String workloadUid = in.readUTF();
            String grantId = version == WITHOUT_GRANT ? "" : in.readUTF();
            Instant issued = Instant.ofEpochSecond(in.readLong());
            int count = in.readUnsignedByte();
            List<SessionSeal.UpstreamSession> upstreams = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int podOrdinal = in.readInt();
                String instance = in.readUTF();
                String id = in.readUTF();
                upstreams.add(new SessionSeal.UpstreamSession(
                        podOrdinal, instance.isEmpty() ? null : instance, id.isEmpty() ? null : id));
            }
            if (in.available() > 0) {
                return null;
            }
            return new SessionSeal(
                    protocolVersion,
                    principal,
                    route,
                    workloadUid,
                    grantId.isEmpty() ? null : grantId,
                    upstreams,
                    issued);
        } catch (IOException | DateTimeException | IllegalArgumentException otherLayout) {
            return null;
        }
    }
}
