/**
 * Varint, multibase, multihash, CID and multiaddr: the self-describing formats that libp2p builds upon.
 *
 * <p>Values are immutable, compare by their bytes and may be used from any thread. Arrays are copied on the way in and on the way out.
 * Parsers take hostile input: whatever the bytes or the text, they return a value or throw
 * {@link libp2p.multiformats.FormatException}, and the memory and time they spend are bounded by the named limits of the type.
 * Wrong indices and {@code null} are errors of the caller and throw {@link java.lang.IndexOutOfBoundsException} and
 * {@link java.lang.NullPointerException}.
 */
package libp2p.multiformats;
