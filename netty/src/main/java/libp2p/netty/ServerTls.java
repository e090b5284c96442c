package libp2p.netty;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import libp2p.multiformats.Nullable;

/** The TLS between a WebSocket and its socket, as browsers know it: the server shows a certificate of its name, the client none. */
final class ServerTls {
    private final NettyOptions options;
    private @Nullable SslContext server; // guarded by this
    private @Nullable SslContext client; // guarded by this

    ServerTls(NettyOptions options) {
        this.options = options;
    }

    /** Whether there is a certificate to show. */
    boolean canListen() {
        return options.certificates() != null;
    }

    synchronized SslContext server() throws SSLException {
        SslContext c = server;
        if (c == null) {
            KeyManagerFactory keys = options.certificates();
            if (keys == null) throw new SSLException("no certificates to show");
            c = SslContextBuilder.forServer(keys).sslProvider(SslProvider.JDK).build();
            server = c;
        }
        return c;
    }

    synchronized SslContext client() throws SSLException {
        SslContext c = client;
        if (c == null) {
            SslContextBuilder b = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
            if (!options.verifies()) b.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
            else if (options.trust() != null) b.trustManager(options.trust());
            c = b.build();
            client = c;
        }
        return c;
    }
}
