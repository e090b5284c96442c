package libp2p.core.net;

/**
 * The bounds of a node, each with the field's standard default; nothing is unbounded.
 *
 * <p>Sizes are in bytes, times in nanoseconds. Make one with {@code Limits.DEFAULT.with().streamsInboundMax(64).build()}.
 *
 * @param handshakesInboundMax inbound connections whose peer is not yet known
 * @param connectionsInboundMax connections by others
 * @param connectionsOutboundMax connections and attempts by us
 * @param connectionsPerPeerMax connections with one peer, each way
 * @param connectionsPerAddressMax inbound connections from one IP address (an IPv6 /56); loopback is exempt
 * @param streamsInboundMax streams opened by all peers together
 * @param streamsOutboundMax streams opened by us, to all peers together
 * @param streamsInboundPerPeerMax streams opened by one peer
 * @param streamsInboundPerConnectionMax streams opened by the peer of one connection
 * @param streamsInboundPerProtocolMax streams under one protocol id, opened by the peer of one connection
 * @param streamOpeningsPerSecond streams that the peer of one connection may open in a second; twice that in a burst
 * @param streamsUnnegotiatedMax streams of one connection, each way, that have no protocol yet: the acknowledge backlog
 * @param streamsOutboundPerProtocolMax streams open at once to one connection under one protocol id; more wait their turn (js-libp2p resets
 *     beyond 32)
 * @param streamsOutboundPerConnectionMax streams open at once to one connection; more wait their turn
 * @param streamsWaitingMax openings that wait for their turn on one connection
 * @param negotiationMessagesMax multistream messages that a peer may send in one negotiation
 * @param bytesUnreadPerConnectionMax bytes that the streams of one connection hold unread, windows beyond the first included
 * @param bytesMax bytes held for all peers together
 * @param windowInitial Yamux receive window to begin with; the specification's, and its least
 * @param windowMax Yamux receive window that auto-tuning may reach
 * @param mplexBufferMax bytes that one mplex stream may hold unread; beyond, the connection waits for its reader, and after 5 s the stream
 *     is reset
 * @param mplexOpeningsPerSecond streams that we open in any one second over mplex, where more wait their turn; 0 for no bound. js-libp2p
 *     closes the connection beyond 5
 * @param dialsPerPeerMax addresses tried in one dial
 * @param dialsConcurrentMax addresses of one peer tried at the same time
 * @param peersKnownMax peers in the peer book that are not connected
 * @param addressesPerPeerMax addresses kept of one peer
 * @param protocolsPerPeerMax protocol ids kept of one peer
 * @param dnsAnswersMax answers taken from one look-up
 * @param dnsDepthMax how deep one /dnsaddr may lead to the next
 * @param identifyBytesMax one identify message
 * @param identifyMessagesMax identify messages in one answer
 * @param dialNanos a whole dial of one peer, look-ups included
 * @param connectNanos a transport's connect
 * @param selectNanos the selection of a security protocol or a muxer
 * @param securityNanos a security handshake
 * @param openNanos the negotiation of a stream, each way
 * @param writeStallNanos how long a peer may take nothing of what waits for it before the connection is closed
 * @param readStallNanos how long a record may stay half-received
 * @param keepAliveNanos between keep-alive pings on a quiet connection
 * @param keepAliveReplyNanos until such a ping must be answered
 * @param drainNanos how long closing waits for open streams
 */
public record Limits(
        int handshakesInboundMax,
        int connectionsInboundMax,
        int connectionsOutboundMax,
        int connectionsPerPeerMax,
        int connectionsPerAddressMax,
        int streamsInboundMax,
        int streamsOutboundMax,
        int streamsInboundPerPeerMax,
        int streamsInboundPerConnectionMax,
        int streamsInboundPerProtocolMax,
        int streamOpeningsPerSecond,
        int streamsUnnegotiatedMax,
        int streamsOutboundPerProtocolMax,
        int streamsOutboundPerConnectionMax,
        int streamsWaitingMax,
        int negotiationMessagesMax,
        int bytesUnreadPerConnectionMax,
        long bytesMax,
        int windowInitial,
        int windowMax,
        int mplexBufferMax,
        int mplexOpeningsPerSecond,
        int dialsPerPeerMax,
        int dialsConcurrentMax,
        int peersKnownMax,
        int addressesPerPeerMax,
        int protocolsPerPeerMax,
        int dnsAnswersMax,
        int dnsDepthMax,
        int identifyBytesMax,
        int identifyMessagesMax,
        long dialNanos,
        long connectNanos,
        long selectNanos,
        long securityNanos,
        long openNanos,
        long writeStallNanos,
        long readStallNanos,
        long keepAliveNanos,
        long keepAliveReplyNanos,
        long drainNanos) {

    private static final long SECOND = 1_000_000_000L;

    /** The defaults. */
    public static final Limits DEFAULT = new Builder().build();

    /** No bound may be negative. */
    public Limits {
        long least = 0;
        least = Math.min(least, handshakesInboundMax);
        least = Math.min(least, connectionsInboundMax);
        least = Math.min(least, connectionsOutboundMax);
        least = Math.min(least, connectionsPerPeerMax);
        least = Math.min(least, connectionsPerAddressMax);
        least = Math.min(least, streamsInboundMax);
        least = Math.min(least, streamsOutboundMax);
        least = Math.min(least, streamsInboundPerPeerMax);
        least = Math.min(least, streamsInboundPerConnectionMax);
        least = Math.min(least, streamsInboundPerProtocolMax);
        least = Math.min(least, streamOpeningsPerSecond);
        least = Math.min(least, streamsUnnegotiatedMax);
        least = Math.min(least, streamsOutboundPerProtocolMax);
        least = Math.min(least, streamsOutboundPerConnectionMax);
        least = Math.min(least, streamsWaitingMax);
        least = Math.min(least, negotiationMessagesMax);
        least = Math.min(least, bytesUnreadPerConnectionMax);
        least = Math.min(least, bytesMax);
        least = Math.min(least, windowInitial);
        least = Math.min(least, windowMax);
        least = Math.min(least, mplexBufferMax);
        least = Math.min(least, mplexOpeningsPerSecond);
        least = Math.min(least, dialsPerPeerMax);
        least = Math.min(least, dialsConcurrentMax);
        least = Math.min(least, peersKnownMax);
        least = Math.min(least, addressesPerPeerMax);
        least = Math.min(least, protocolsPerPeerMax);
        least = Math.min(least, dnsAnswersMax);
        least = Math.min(least, dnsDepthMax);
        least = Math.min(least, identifyBytesMax);
        least = Math.min(least, identifyMessagesMax);
        least = Math.min(least, dialNanos);
        least = Math.min(least, connectNanos);
        least = Math.min(least, selectNanos);
        least = Math.min(least, securityNanos);
        least = Math.min(least, openNanos);
        least = Math.min(least, writeStallNanos);
        least = Math.min(least, readStallNanos);
        least = Math.min(least, keepAliveNanos);
        least = Math.min(least, keepAliveReplyNanos);
        least = Math.min(least, drainNanos);
        if (least < 0) throw new IllegalArgumentException("a negative limit");
        if (windowInitial < 256 * 1024 || windowMax < windowInitial) {
            throw new IllegalArgumentException("windows start at 256 KiB and only grow");
        }
    }

    /** These limits, to be changed. */
    public Builder with() {
        Builder b = new Builder();
        b.handshakesInboundMax = handshakesInboundMax;
        b.connectionsInboundMax = connectionsInboundMax;
        b.connectionsOutboundMax = connectionsOutboundMax;
        b.connectionsPerPeerMax = connectionsPerPeerMax;
        b.connectionsPerAddressMax = connectionsPerAddressMax;
        b.streamsInboundMax = streamsInboundMax;
        b.streamsOutboundMax = streamsOutboundMax;
        b.streamsInboundPerPeerMax = streamsInboundPerPeerMax;
        b.streamsInboundPerConnectionMax = streamsInboundPerConnectionMax;
        b.streamsInboundPerProtocolMax = streamsInboundPerProtocolMax;
        b.streamOpeningsPerSecond = streamOpeningsPerSecond;
        b.streamsUnnegotiatedMax = streamsUnnegotiatedMax;
        b.streamsOutboundPerProtocolMax = streamsOutboundPerProtocolMax;
        b.streamsOutboundPerConnectionMax = streamsOutboundPerConnectionMax;
        b.streamsWaitingMax = streamsWaitingMax;
        b.negotiationMessagesMax = negotiationMessagesMax;
        b.bytesUnreadPerConnectionMax = bytesUnreadPerConnectionMax;
        b.bytesMax = bytesMax;
        b.windowInitial = windowInitial;
        b.windowMax = windowMax;
        b.mplexBufferMax = mplexBufferMax;
        b.mplexOpeningsPerSecond = mplexOpeningsPerSecond;
        b.dialsPerPeerMax = dialsPerPeerMax;
        b.dialsConcurrentMax = dialsConcurrentMax;
        b.peersKnownMax = peersKnownMax;
        b.addressesPerPeerMax = addressesPerPeerMax;
        b.protocolsPerPeerMax = protocolsPerPeerMax;
        b.dnsAnswersMax = dnsAnswersMax;
        b.dnsDepthMax = dnsDepthMax;
        b.identifyBytesMax = identifyBytesMax;
        b.identifyMessagesMax = identifyMessagesMax;
        b.dialNanos = dialNanos;
        b.connectNanos = connectNanos;
        b.selectNanos = selectNanos;
        b.securityNanos = securityNanos;
        b.openNanos = openNanos;
        b.writeStallNanos = writeStallNanos;
        b.readStallNanos = readStallNanos;
        b.keepAliveNanos = keepAliveNanos;
        b.keepAliveReplyNanos = keepAliveReplyNanos;
        b.drainNanos = drainNanos;
        return b;
    }

    /** Limits in the making. */
    public static final class Builder {
        private int handshakesInboundMax = 128;
        private int connectionsInboundMax = 1024;
        private int connectionsOutboundMax = 1024;
        private int connectionsPerPeerMax = 8;
        private int connectionsPerAddressMax = 64;
        private int streamsInboundMax = 16384;
        private int streamsOutboundMax = 16384;
        private int streamsInboundPerPeerMax = 2048;
        private int streamsInboundPerConnectionMax = 1024;
        private int streamsInboundPerProtocolMax = 1024;
        private int streamOpeningsPerSecond = 1024;
        private int streamsUnnegotiatedMax = 256;
        private int streamsOutboundPerProtocolMax = 32;
        private int streamsOutboundPerConnectionMax = 512;
        private int streamsWaitingMax = 4096;
        private int negotiationMessagesMax = 64;
        private int bytesUnreadPerConnectionMax = 16 * 1024 * 1024;
        private long bytesMax = 256L * 1024 * 1024;
        private int windowInitial = 256 * 1024;
        private int windowMax = 16 * 1024 * 1024;
        private int mplexBufferMax = 1024 * 1024;
        private int mplexOpeningsPerSecond = 5;
        private int dialsPerPeerMax = 64;
        private int dialsConcurrentMax = 16;
        private int peersKnownMax = 10000;
        private int addressesPerPeerMax = 64;
        private int protocolsPerPeerMax = 1024;
        private int dnsAnswersMax = 100;
        private int dnsDepthMax = 4;
        private int identifyBytesMax = 8 * 1024;
        private int identifyMessagesMax = 10;
        private long dialNanos = 15 * SECOND;
        private long connectNanos = 5 * SECOND;
        private long selectNanos = 10 * SECOND;
        private long securityNanos = 10 * SECOND;
        private long openNanos = 10 * SECOND;
        private long writeStallNanos = 30 * SECOND;
        private long readStallNanos = 60 * SECOND;
        private long keepAliveNanos = 30 * SECOND;
        private long keepAliveReplyNanos = 20 * SECOND;
        private long drainNanos = 5 * SECOND;

        private Builder() {}

        /** Inbound connections whose peer is not yet known. */
        public Builder handshakesInboundMax(int value) {
            handshakesInboundMax = value;
            return this;
        }

        /** Connections by others. */
        public Builder connectionsInboundMax(int value) {
            connectionsInboundMax = value;
            return this;
        }

        /** Connections and attempts by us. */
        public Builder connectionsOutboundMax(int value) {
            connectionsOutboundMax = value;
            return this;
        }

        /** Connections with one peer, each way. */
        public Builder connectionsPerPeerMax(int value) {
            connectionsPerPeerMax = value;
            return this;
        }

        /** Inbound connections from one IP address (an IPv6 /56); loopback is exempt. */
        public Builder connectionsPerAddressMax(int value) {
            connectionsPerAddressMax = value;
            return this;
        }

        /** Streams opened by all peers together. */
        public Builder streamsInboundMax(int value) {
            streamsInboundMax = value;
            return this;
        }

        /** Streams opened by us, to all peers together. */
        public Builder streamsOutboundMax(int value) {
            streamsOutboundMax = value;
            return this;
        }

        /** Streams opened by one peer. */
        public Builder streamsInboundPerPeerMax(int value) {
            streamsInboundPerPeerMax = value;
            return this;
        }

        /** Streams opened by the peer of one connection. */
        public Builder streamsInboundPerConnectionMax(int value) {
            streamsInboundPerConnectionMax = value;
            return this;
        }

        /** Streams under one protocol id, opened by the peer of one connection. */
        public Builder streamsInboundPerProtocolMax(int value) {
            streamsInboundPerProtocolMax = value;
            return this;
        }

        /** Streams that the peer of one connection may open in a second; twice that in a burst. */
        public Builder streamOpeningsPerSecond(int value) {
            streamOpeningsPerSecond = value;
            return this;
        }

        /** Streams of one connection, each way, that have no protocol yet: the acknowledge backlog. */
        public Builder streamsUnnegotiatedMax(int value) {
            streamsUnnegotiatedMax = value;
            return this;
        }

        /** Streams open at once to one connection under one protocol id; more wait their turn (js-libp2p resets beyond 32). */
        public Builder streamsOutboundPerProtocolMax(int value) {
            streamsOutboundPerProtocolMax = value;
            return this;
        }

        /** Streams open at once to one connection; more wait their turn. */
        public Builder streamsOutboundPerConnectionMax(int value) {
            streamsOutboundPerConnectionMax = value;
            return this;
        }

        /** Openings that wait for their turn on one connection. */
        public Builder streamsWaitingMax(int value) {
            streamsWaitingMax = value;
            return this;
        }

        /** Multistream messages that a peer may send in one negotiation. */
        public Builder negotiationMessagesMax(int value) {
            negotiationMessagesMax = value;
            return this;
        }

        /** Bytes that the streams of one connection hold unread, windows beyond the first included. */
        public Builder bytesUnreadPerConnectionMax(int value) {
            bytesUnreadPerConnectionMax = value;
            return this;
        }

        /** Bytes held for all peers together. */
        public Builder bytesMax(long value) {
            bytesMax = value;
            return this;
        }

        /** Yamux receive window to begin with; the specification's, and its least. */
        public Builder windowInitial(int value) {
            windowInitial = value;
            return this;
        }

        /** Yamux receive window that auto-tuning may reach. */
        public Builder windowMax(int value) {
            windowMax = value;
            return this;
        }

        /** Bytes that one mplex stream may hold unread; beyond, the connection waits for its reader, and after 5 s the stream is reset. */
        public Builder mplexBufferMax(int value) {
            mplexBufferMax = value;
            return this;
        }

        /** Streams that we open in any one second over mplex, where more wait their turn; 0 for no bound. */
        public Builder mplexOpeningsPerSecond(int value) {
            mplexOpeningsPerSecond = value;
            return this;
        }

        /** Addresses tried in one dial. */
        public Builder dialsPerPeerMax(int value) {
            dialsPerPeerMax = value;
            return this;
        }

        /** Addresses of one peer tried at the same time. */
        public Builder dialsConcurrentMax(int value) {
            dialsConcurrentMax = value;
            return this;
        }

        /** Peers in the peer book that are not connected. */
        public Builder peersKnownMax(int value) {
            peersKnownMax = value;
            return this;
        }

        /** Addresses kept of one peer. */
        public Builder addressesPerPeerMax(int value) {
            addressesPerPeerMax = value;
            return this;
        }

        /** Protocol ids kept of one peer. */
        public Builder protocolsPerPeerMax(int value) {
            protocolsPerPeerMax = value;
            return this;
        }

        /** Answers taken from one look-up. */
        public Builder dnsAnswersMax(int value) {
            dnsAnswersMax = value;
            return this;
        }

        /** How deep one /dnsaddr may lead to the next. */
        public Builder dnsDepthMax(int value) {
            dnsDepthMax = value;
            return this;
        }

        /** One identify message. */
        public Builder identifyBytesMax(int value) {
            identifyBytesMax = value;
            return this;
        }

        /** Identify messages in one answer. */
        public Builder identifyMessagesMax(int value) {
            identifyMessagesMax = value;
            return this;
        }

        /** A whole dial of one peer, look-ups included. */
        public Builder dialNanos(long value) {
            dialNanos = value;
            return this;
        }

        /** A transport's connect. */
        public Builder connectNanos(long value) {
            connectNanos = value;
            return this;
        }

        /** The selection of a security protocol or a muxer. */
        public Builder selectNanos(long value) {
            selectNanos = value;
            return this;
        }

        /** A security handshake. */
        public Builder securityNanos(long value) {
            securityNanos = value;
            return this;
        }

        /** The negotiation of a stream, each way. */
        public Builder openNanos(long value) {
            openNanos = value;
            return this;
        }

        /** How long a peer may take nothing of what waits for it before the connection is closed. */
        public Builder writeStallNanos(long value) {
            writeStallNanos = value;
            return this;
        }

        /** How long a record may stay half-received. */
        public Builder readStallNanos(long value) {
            readStallNanos = value;
            return this;
        }

        /** Between keep-alive pings on a quiet connection. */
        public Builder keepAliveNanos(long value) {
            keepAliveNanos = value;
            return this;
        }

        /** Until such a ping must be answered. */
        public Builder keepAliveReplyNanos(long value) {
            keepAliveReplyNanos = value;
            return this;
        }

        /** How long closing waits for open streams. */
        public Builder drainNanos(long value) {
            drainNanos = value;
            return this;
        }

        /** The limits. */
        public Limits build() {
            return new Limits(
                    handshakesInboundMax,
                    connectionsInboundMax,
                    connectionsOutboundMax,
                    connectionsPerPeerMax,
                    connectionsPerAddressMax,
                    streamsInboundMax,
                    streamsOutboundMax,
                    streamsInboundPerPeerMax,
                    streamsInboundPerConnectionMax,
                    streamsInboundPerProtocolMax,
                    streamOpeningsPerSecond,
                    streamsUnnegotiatedMax,
                    streamsOutboundPerProtocolMax,
                    streamsOutboundPerConnectionMax,
                    streamsWaitingMax,
                    negotiationMessagesMax,
                    bytesUnreadPerConnectionMax,
                    bytesMax,
                    windowInitial,
                    windowMax,
                    mplexBufferMax,
                    mplexOpeningsPerSecond,
                    dialsPerPeerMax,
                    dialsConcurrentMax,
                    peersKnownMax,
                    addressesPerPeerMax,
                    protocolsPerPeerMax,
                    dnsAnswersMax,
                    dnsDepthMax,
                    identifyBytesMax,
                    identifyMessagesMax,
                    dialNanos,
                    connectNanos,
                    selectNanos,
                    securityNanos,
                    openNanos,
                    writeStallNanos,
                    readStallNanos,
                    keepAliveNanos,
                    keepAliveReplyNanos,
                    drainNanos);
        }
    }
}
