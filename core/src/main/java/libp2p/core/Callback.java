package libp2p.core;

import libp2p.multiformats.Nullable;

/**
 * Hears once how something ended: {@code failure == null} means success, also where the value is {@code Void}.
 *
 * <p>Runs on the loop of what was asked (Node and doors: the node's; Connection, Transport, Upgrader: the connection's; sign and offload:
 * the {@code home} given), and never before the call that took it has returned.
 */
@FunctionalInterface
public interface Callback<T> {
    /** The value if all went well, else the reason why not. */
    void done(@Nullable T value, @Nullable CloseReason failure);
}
