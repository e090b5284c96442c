package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicResetTokenGenerator;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import libp2p.core.Buf;
import libp2p.core.Crypto;

/**
 * What a socket's secret vouches for: Retry tokens, by which a client shows that it receives at its address (RFC 9000 8.1.2), and stateless
 * reset tokens, one for each connection id (10.3).
 *
 * <p>Nobody without the secret can tell one connection's reset token from another's. On the socket's loop.
 */
final class QuicTokens implements QuicTokenHandler, QuicResetTokenGenerator {
    /** How long a Retry token is good. */
    static final long LIFE_NANOS = 10_000_000_000L;

    private static final int MAC = 16;
    private static final int TIME = 8;
    private static final int ID_MAX = 20;

    /** Retry tokens that are remembered as used; whoever has an address of its own gets new ones anyway. */
    static final int USED_MAX = 1024;

    private static final byte RETRY = 1;
    private static final byte RESET = 2;

    private final Crypto crypto;
    private final byte[] secret;
    private final LongSupplier clock;
    private final BooleanSupplier loaded;
    private final Predicate<ByteBuf> ours;
    private final UnaryOperator<InetSocketAddress> addresses;
    private final LinkedHashSet<ByteBuffer> used = new LinkedHashSet<>(); // their MACs, the oldest first

    /**
     * Tokens under a 32-byte secret; Retry is asked for while {@code loaded}, and to go on under an id that is {@code ours}. The library's
     * names for clients are for {@code addresses}.
     */
    QuicTokens(Crypto crypto, byte[] secret, LongSupplier clock, BooleanSupplier loaded, Predicate<ByteBuf> ours,
            UnaryOperator<InetSocketAddress> addresses) {
        this.crypto = crypto;
        this.secret = secret;
        this.clock = clock;
        this.loaded = loaded;
        this.ours = ours;
        this.addresses = addresses;
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf originalId, InetSocketAddress address) {
        if (!loaded.getAsBoolean()) return false;
        byte[] id = bytes(originalId);
        long now = clock.getAsLong();
        out.writeBytes(mac(now, address, id)).writeLong(now).writeBytes(id);
        return true;
    }

    /**
     * Good for one connection, under an id that we chose: the library keeps that as the connection's own. Further packets of the same
     * client are the connection's, and nobody is asked about them.
     */
    @Override
    public TokenValidationResult validateToken(ByteBuf token, InetSocketAddress address, ByteBuf id) {
        int offset = ours.test(id) ? validateToken(token, address) : -1;
        if (offset < 0 || !use(token)) return TokenValidationResult.invalidToken();
        return TokenValidationResult.odcidFromToken(offset);
    }

    private boolean use(ByteBuf token) {
        byte[] mac = new byte[MAC];
        token.getBytes(token.readerIndex(), mac);
        if (!used.add(ByteBuffer.wrap(mac))) return false;
        if (used.size() > USED_MAX) used.remove(used.iterator().next());
        return true;
    }

    /** A token that is not ours is no reason to refuse someone who would not have needed one, but the library knows only yes and no. */
    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        int n = token.readableBytes();
        if (n < MAC + TIME || n > maxTokenLength()) return -1;
        byte[] all = bytes(token);
        Buf in = new Buf(all);
        byte[] mac = in.take(MAC);
        long made = in.i64();
        byte[] id = in.takeAll();
        long age = clock.getAsLong() - made;
        if (age < 0 || age > LIFE_NANOS) return -1;
        return MessageDigest.isEqual(mac, mac(made, address, id)) ? MAC + TIME : -1;
    }

    private static byte[] bytes(ByteBuf of) {
        byte[] b = new byte[of.readableBytes()];
        of.getBytes(of.readerIndex(), b);
        return b;
    }

    private byte[] mac(long time, InetSocketAddress address, byte[] id) {
        InetSocketAddress at = addresses.apply(address);
        byte[] ip = at.getAddress().getAddress();
        Buf said = new Buf(1 + TIME + 1 + ip.length + 2 + id.length);
        said.putU8(RETRY).putI64(time).putU8(ip.length).put(ip).putU16(at.getPort()).put(id);
        return Arrays.copyOf(crypto.hmacSha256(secret, said.array), MAC);
    }

    @Override
    public int maxTokenLength() {
        return MAC + TIME + ID_MAX;
    }

    @Override
    public ByteBuffer newResetToken(ByteBuffer id) {
        Buf said = new Buf(1 + id.remaining()).putU8(RESET);
        byte[] b = new byte[id.remaining()];
        id.duplicate().get(b);
        said.put(b);
        return ByteBuffer.wrap(Arrays.copyOf(crypto.hmacSha256(secret, said.array), MAC));
    }
}
