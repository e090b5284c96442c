package libp2p.netty;

import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.Collections;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import libp2p.jvm.TcpOptions;
import libp2p.multiformats.Nullable;

/**
 * How the transports of this module work. Start from {@link #DEFAULT}.
 *
 * @param epoll use Netty's epoll where there is one, else Java's selectors; nothing to a transport that shares the node's loops
 * @param tcp answer and dial plain TCP too, on the port that {@code /ws} or {@code /wss} listen on if it is the same one
 * @param certificates what {@code /wss} listeners show; null for none, and then they cannot be
 * @param trust who vouches for {@code /wss} servers that we dial; null for the JVM's certificate authorities
 * @param verifies whether those servers' certificates are looked at; who is at the other end is proved within, whatever they say
 * @param trustedProxies whose word about a peer's address (the header X-Forwarded-For) is taken
 * @param proxy what WebSocket and plain TCP dials of this module go through; null for none
 * @param sockets how TCP sockets are made
 * @param seedFile where the seed of the WebRTC-direct certificate is kept if the host's key is not in memory; made if it is not there. Null
 *     for none, and then {@code /certhash} is another one after each start of such a host
 */
public record NettyOptions(
        boolean epoll,
        boolean tcp,
        @Nullable KeyManagerFactory certificates,
        @Nullable TrustManagerFactory trust,
        boolean verifies,
        Predicate<InetAddress> trustedProxies,
        @Nullable Proxy proxy,
        TcpOptions sockets,
        @Nullable Path seedFile) {

    /** What suits a node that is reached directly. */
    public static final NettyOptions DEFAULT =
            new NettyOptions(true, false, null, null, true, address -> false, null, TcpOptions.DEFAULT, null);

    /**
     * A proxy that connections go out through.
     *
     * @param kind what it speaks
     * @param address where it is; unresolved addresses are looked up when dialling
     * @param user whom to log in as; null for nobody
     * @param password with what; null for nothing
     */
    public record Proxy(Kind kind, InetSocketAddress address, @Nullable String user, @Nullable String password) {
        /** What a proxy speaks. */
        public enum Kind {
            /** CONNECT of HTTP/1.1 (RFC 9110 9.3.6). */
            HTTP,
            /** SOCKS version 5 (RFC 1928). */
            SOCKS5
        }

        /** One without a log-in. */
        public static Proxy of(Kind kind, InetSocketAddress address) {
            return new Proxy(kind, address, null, null);
        }

        /** Not the password. */
        @Override
        public String toString() {
            return kind + " proxy at " + address;
        }
    }

    /** The same, by epoll or not. */
    public NettyOptions epoll(boolean on) {
        return new NettyOptions(on, tcp, certificates, trust, verifies, trustedProxies, proxy, sockets, seedFile);
    }

    /** The same, with plain TCP or not. */
    public NettyOptions tcp(boolean on) {
        return new NettyOptions(epoll, on, certificates, trust, verifies, trustedProxies, proxy, sockets, seedFile);
    }

    /** The same, showing these certificates. */
    public NettyOptions certificates(KeyManagerFactory keys) {
        return new NettyOptions(epoll, tcp, keys, trust, verifies, trustedProxies, proxy, sockets, seedFile);
    }

    /** The same, showing the certificates of a PKCS#12 or JKS key store, which must have a private key. */
    public NettyOptions keyStore(Path file, char[] password) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType()); // which reads both kinds
            store.load(in, password);
            boolean keyed = Collections.list(store.aliases()).stream().anyMatch(alias -> isKey(store, alias));
            if (!keyed) throw new IOException(file + ": there is no private key in it");
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            return certificates(keys);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static boolean isKey(KeyStore store, String alias) {
        try {
            return store.isKeyEntry(alias);
        } catch (KeyStoreException e) {
            throw new IllegalStateException(e); // only of a store that is not loaded
        }
    }

    /** The same, showing a fresh certificate that nobody vouches for: for peers that look at none, as {@link #verifies} can say. */
    public NettyOptions selfSigned() {
        return certificates(new KeyManagerFactoryWrapper(TlsEngines.keyManager(HostCertificate.anonymous(System.currentTimeMillis()))));
    }

    /** The same, trusting these authorities. */
    public NettyOptions trust(TrustManagerFactory authorities) {
        return new NettyOptions(epoll, tcp, certificates, authorities, true, trustedProxies, proxy, sockets, seedFile);
    }

    /** The same, looking at servers' certificates or not. */
    public NettyOptions verifies(boolean on) {
        return new NettyOptions(epoll, tcp, certificates, trust, on, trustedProxies, proxy, sockets, seedFile);
    }

    /** The same, believing these proxies. */
    public NettyOptions trustedProxies(Predicate<InetAddress> which) {
        return new NettyOptions(epoll, tcp, certificates, trust, verifies, which, proxy, sockets, seedFile);
    }

    /** The same, going out through a proxy. */
    public NettyOptions proxy(Proxy through) {
        return new NettyOptions(epoll, tcp, certificates, trust, verifies, trustedProxies, through, sockets, seedFile);
    }

    /** The same with other sockets. */
    public NettyOptions sockets(TcpOptions options) {
        return new NettyOptions(epoll, tcp, certificates, trust, verifies, trustedProxies, proxy, options, seedFile);
    }

    /** The same, keeping the seed of the WebRTC-direct certificate there. */
    public NettyOptions seedFile(Path file) {
        return new NettyOptions(epoll, tcp, certificates, trust, verifies, trustedProxies, proxy, sockets, file);
    }
}
