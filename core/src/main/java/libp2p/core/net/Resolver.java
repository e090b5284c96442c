package libp2p.core.net;

import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.Loop;

/** The domain name system. Legal from any loop; never calls back before it returns. */
public interface Resolver {
    /** The addresses of a name, 4 or 16 bytes each, IPv6 first; at most {@code Limits.dnsAnswersMax}. */
    Cancellable addresses(String name, Loop home, Callback<? super List<byte[]>> done);

    /** The TXT records of a name, each with its parts joined. */
    Cancellable texts(String name, Loop home, Callback<? super List<String>> done);
}
