package libp2p.netty;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import libp2p.core.net.Role;

/** Engines of BoringSSL, through netty-tcnative; a context, which is dear, serves all handshakes of one certificate and list of muxers. */
final class NativeEngines implements TlsEngines {
    static final String VERSION = "TLSv1.3";

    private final SslContext client;
    private final SslContext server;

    NativeEngines(HostCertificate own, List<String> muxers, Verifier verifier) {
        List<String> names = TlsEngines.applicationProtocols(muxers);
        // The library has no way to make an unknown application protocol fatal: TlsHandshake does that.
        ApplicationProtocolConfig alpn = new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                names);
        try {
            client = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols(VERSION)
                    .option(OpenSslContextOption.USE_TASKS, false) // certificates are looked at within the call that brings them
                    .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, PeerCertificate.SIZE_MAX)
                    .keyManager(keys(own))
                    .trustManager(TlsEngines.trustManager(verifier))
                    .applicationProtocolConfig(alpn)
                    .endpointIdentificationAlgorithm(null)
                    .build();
            server = SslContextBuilder.forServer(keys(own))
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols(VERSION)
                    .option(OpenSslContextOption.USE_TASKS, false) // certificates are looked at within the call that brings them
                    .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, PeerCertificate.SIZE_MAX)
                    .clientAuth(ClientAuth.REQUIRE)
                    .trustManager(TlsEngines.trustManager(verifier))
                    .applicationProtocolConfig(alpn)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("BoringSSL takes no such settings", e);
        }
    }

    /** Whether there is a library for this machine. Loads it. */
    static boolean isAvailable() {
        return OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL);
    }

    /** Why there is none. */
    static String reason() {
        Throwable why = OpenSsl.unavailabilityCause();
        return why == null ? "it has no TLS 1.3" : String.valueOf(why.getMessage());
    }

    private static OpenSslCachingX509KeyManagerFactory keys(HostCertificate own) {
        return new OpenSslCachingX509KeyManagerFactory(new KeyManagerFactoryWrapper(TlsEngines.keyManager(own)));
    }

    @Override
    public SSLEngine engine(Role role) {
        SSLEngine e = (role == Role.INITIATOR ? client : server).newEngine(UnpooledByteBufAllocator.DEFAULT);
        // Netty turns tickets on, engine by engine; nothing is resumed here, since who resumes shows no certificate.
        SSL.setOptions(((ReferenceCountedOpenSslEngine) e).sslPointer(), SSL.SSL_OP_NO_TICKET);
        return e;
    }

    @Override
    public void release(SSLEngine engine) {
        ReferenceCountUtil.release(engine);
    }

    @Override
    public boolean answersWithData() {
        return true;
    }
}
