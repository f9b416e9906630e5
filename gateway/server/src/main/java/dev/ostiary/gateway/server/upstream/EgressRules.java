package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.egress.NoProxy;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Which proxy stands before an origin: none when that is this machine, or when {@link NoProxy} covers it. */
final class EgressRules {

    private final @Nullable EgressProxy http;
    private final @Nullable EgressProxy https;
    private final NoProxy direct;

    /** @throws IllegalArgumentException naming the setting that cannot be read */
    EgressRules(EgressSettings egress) {
        http = egress.httpProxy() == null ? null : EgressProxy.of("egress.proxy.http", egress.httpProxy());
        https = egress.httpsProxy() == null ? null : EgressProxy.of("egress.proxy.https", egress.httpsProxy());
        direct = new NoProxy(egress.noProxy());
    }

    @Nullable
    EgressProxy proxyFor(Origin origin) {
        EgressProxy proxy = origin.secure() ? https : http;
        return proxy == null || isThisMachine(origin.host()) || direct.covers(origin.host()) ? null : proxy;
    }

    private static boolean isThisMachine(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
