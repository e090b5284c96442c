package libp2p.identify;

import libp2p.multiformats.Multiaddr;

/**
 * An address of ours as peers see it (specs/identify/README.md, observedAddr).
 *
 * <p>Unproven: peers may lie, and behind a translating router the port is often one that answers nobody else.
 *
 * @param address without {@code /p2p}
 * @param peers how many connected peers say so
 */
public record Observed(Multiaddr address, int peers) {}
