package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.entra.JsonObjects;
import dev.ostiary.gateway.server.keys.Sealer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The sealed part of a facade token. Version 1: the fields in order, object ids as 16 bytes each so that a token with 200
 * groups stays below 8 kB. It is sealed for one token id: it cannot be moved to another token even by somebody who could sign.
 */
final class SealedUser {

    private static final int VERSION = 1;
    private static final int MAX_CLAIMS_DEPTH = 8;
    private static final JsonObjects CLAIMS = new JsonObjects(MAX_CLAIMS_DEPTH, BearerToken.MAX_CHARS);
    private static final String PURPOSE = "access-token/";

    private SealedUser() {}

    static String seal(Sealer sealer, String tokenId, FacadeToken.User user) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writeIds(out, List.of(user.tenantId(), user.objectId()));
            out.writeUTF(user.subject());
            out.writeShort(user.roles().size());
            for (String role : user.roles()) {
                out.writeUTF(role);
            }
            out.writeUTF(user.groups().extent().name());
            writeIds(out, user.groups().ids());
            writeIds(out, user.groups().asked());
            byte[] claims = user.claims().toString().getBytes(StandardCharsets.UTF_8);
            out.writeInt(claims.length);
            out.write(claims);
            out.writeLong(user.checked().toEpochMilli());
        } catch (IOException e) {
            throw new UncheckedIOException("a user could not be written", e);
        }
        return sealer.seal(PURPOSE + tokenId, bytes.toByteArray());
    }

    /** Null when it was not sealed here for this token, or by a release that writes it otherwise. */
    static FacadeToken.@Nullable User open(Sealer sealer, String tokenId, String sealed) {
        byte[] bytes = sealer.open(PURPOSE + tokenId, sealed, BearerToken.MAX_CHARS);
        if (bytes == null) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                return null;
            }
            List<String> who = readIds(in);
            String subject = in.readUTF();
            int count = in.readUnsignedShort();
            List<String> roles = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                roles.add(in.readUTF());
            }
            KnownGroups.Extent extent = KnownGroups.Extent.valueOf(in.readUTF());
            KnownGroups groups = new KnownGroups(extent, readIds(in), readIds(in));
            ObjectNode claims = CLAIMS.object(in.readNBytes(in.readInt()));
            Instant checked = Instant.ofEpochMilli(in.readLong());
            if (claims == null || who.size() != 2 || in.available() > 0) {
                return null;
            }
            return new FacadeToken.User(who.get(0), who.get(1), subject, roles, groups, claims, checked);
        } catch (IOException | RuntimeException otherLayout) {
            return null;
        }
    }

    private static void writeIds(DataOutputStream out, List<String> ids) throws IOException {
        out.writeShort(ids.size());
        for (String id : ids) {
            UUID uuid = UUID.fromString(id);
            out.writeLong(uuid.getMostSignificantBits());
            out.writeLong(uuid.getLeastSignificantBits());
        }
    }

    private static List<String> readIds(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new UUID(in.readLong(), in.readLong()).toString());
        }
        return ids;
    }
}
