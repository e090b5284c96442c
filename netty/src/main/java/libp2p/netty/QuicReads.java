package libp2p.netty;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/** How much of one stream a read takes. */
final class QuicReads extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int SIZE = 32 * 1024;
    private static final int MESSAGES = 4;

    private boolean glancing;

    QuicReads() {
        super(MESSAGES);
    }

    /** Reads take a single byte from now on: the least by which one learns that the peer has reset the stream. */
    void glance(boolean on) {
        if (glancing == on) return;
        glancing = on;
        maxMessagesPerRead(on ? 1 : MESSAGES);
    }

    boolean glancing() {
        return glancing;
    }

    @Override
    @SuppressWarnings("deprecation") // by Netty, whose own subclasses have no other way either
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return glancing ? 1 : SIZE;
            }
        };
    }
}
