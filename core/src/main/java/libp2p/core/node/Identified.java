package libp2p.core.node;

import java.util.List;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.PublicKey;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * What a peer told of itself through identify or identify push (specs/identify/README.md); a null was not said and leaves what was known.
 *
 * @param key its public key, which has been checked against its peer id
 * @param addresses where it says it listens
 * @param protocols the ids it answers
 * @param observed our address as it sees us
 * @param agent its software, at most 128 characters, without control characters
 * @param version the protocol version it names, such as {@code ipfs/0.1.0}; cleaned likewise
 * @param record its signed peer record, verified
 * @param pushed whether it told us unasked
 */
public record Identified(
        @Nullable PublicKey key,
        @Nullable List<Multiaddr> addresses,
        @Nullable List<String> protocols,
        @Nullable Multiaddr observed,
        @Nullable String agent,
        @Nullable String version,
        @Nullable Envelope record,
        boolean pushed) {}
