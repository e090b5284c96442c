package libp2p.jvm;

import java.security.Provider;
import libp2p.multiformats.Nullable;
import org.conscrypt.Conscrypt;

/** Conscrypt, if it is on the class path and its native library loads here; loaded when first asked for, once. */
final class ConscryptProvider {
    private ConscryptProvider() {}

    /** The provider, which is not registered with the JVM, or null. */
    static @Nullable Provider load() {
        try {
            return Loaded.PROVIDER;
        } catch (LinkageError e) {
            return null; // the jar is absent
        }
    }

    private static final class Loaded {
        static final @Nullable Provider PROVIDER = make();

        private static @Nullable Provider make() {
            try {
                return Conscrypt.isAvailable() ? Conscrypt.newProvider() : null;
            } catch (RuntimeException | LinkageError e) {
                return null; // no native library for this platform
            }
        }
    }
}
