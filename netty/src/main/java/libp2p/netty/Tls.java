package libp2p.netty;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import libp2p.core.Loop;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 as libp2p has it (specs/tls/tls.md), over BoringSSL where netty-tcnative has a library for the machine, else over Bouncy Castle.
 *
 * <p>One for each node, used from all its loops. The muxer is agreed on in the handshake (specs/connections/inlined-muxer-negotiation.md);
 * of what both speak the side that answers chooses, by its own order. Nothing is resumed: each connection proves anew who its ends are.
 */
public final class Tls implements Security {
    /** The protocol id. */
    public static final String ID = "/tls/1.0.0";

    /** The application protocol of those who choose the muxer afterwards. */
    static final String ALPN = "libp2p";

    /** How long a certificate of ours is valid; it is replaced halfway. */
    static final long LIFE_MILLIS = 365L * 24 * 60 * 60 * 1000;

    /** Makes engines for a certificate and a list of muxers. */
    @FunctionalInterface
    interface Maker {
        TlsEngines make(HostCertificate own, List<String> muxers, TlsEngines.Verifier verifier);
    }

    private record Made(HostCertificate own, List<String> muxers, TlsEngines engines) {}

    private final HostCertificates certificates = new HostCertificates(LIFE_MILLIS);
    private final Map<SSLEngine, TlsHandshake> handshakes = new ConcurrentHashMap<>();
    private final Map<Loop, TlsBuffers> buffers = new ConcurrentHashMap<>();
    private volatile @Nullable Maker maker;
    private volatile @Nullable Made made; // a node has one list of muxers; loops that need the first engines at once make them twice

    /** For one node; loads no library before its first handshake. */
    public Tls() {}

    /** With engines of a certain kind. */
    Tls(Maker maker) {
        this.maker = maker;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Handshake begin(Context context, Runnable ready) {
        return new TlsHandshake(this, context, ready);
    }

    HostCertificates certificates() {
        return certificates;
    }

    TlsBuffers buffers(Loop loop) {
        return buffers.computeIfAbsent(loop, l -> new TlsBuffers());
    }

    /** The handshakes under way, by their engines: all that an engine tells about whose certificate is to be checked. */
    Map<SSLEngine, TlsHandshake> handshakes() {
        return handshakes;
    }

    TlsEngines engines(HostCertificate own, List<String> muxers) {
        Made m = made;
        if (m == null || m.own != own || !m.muxers.equals(muxers)) {
            m = new Made(own, muxers, maker().make(own, muxers, (chain, engine) -> {
                TlsHandshake of = handshakes.get(engine);
                if (of == null) throw new IllegalStateException("certificate of an unknown handshake");
                of.verify(chain);
            }));
            made = m;
        }
        return m.engines;
    }

    private Maker maker() {
        Maker m = maker;
        if (m != null) return m;
        boolean able = NativeEngines.isAvailable();
        if (!able) {
            LoggerFactory.getLogger(Tls.class).warn(
                    "TLS runs in Java and takes many times the CPU: netty-tcnative has no library for this machine ({})",
                    NativeEngines.reason());
        }
        m = able ? NativeEngines::new : BouncyEngines::new;
        maker = m;
        return m;
    }
}
