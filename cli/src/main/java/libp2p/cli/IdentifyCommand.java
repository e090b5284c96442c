package libp2p.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import libp2p.core.Callback;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Identified;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.multiformats.Multiaddr;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a peer who it is. */
@Command(name = "identify", description = "Ask a peer who it is and what it speaks.", mixinStandardHelpOptions = true)
final class IdentifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MULTIADDR", description = "Where the peer is.")
    private String address;

    @Mixin
    private Nodes nodes;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws Exception {
        Identify identify = new Identify();
        try (Host host = nodes.builder(identify).start()) {
            PeerId peer = host.connect(Addresses.parse(spec, address));
            Identified i = host.await((Callback<Identified> done) -> identify.identify(peer, done));
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("peerId", peer.toString());
            o.put("agentVersion", i.agent());
            o.put("protocolVersion", i.version());
            o.put("keyType", i.key() == null ? null : i.key().type().name());
            o.put("addresses", texts(i.addresses()));
            o.put("protocols", i.protocols() == null ? List.of() : i.protocols());
            o.put("observedAddress", i.observed() == null ? null : i.observed().toString());
            o.put("signedPeerRecord", i.record() != null);
            List<String> lines = new ArrayList<>();
            o.forEach((name, value) -> {
                if (value instanceof List<?> several) {
                    lines.add(name + ":");
                    for (Object each : several) lines.add("  " + each);
                } else {
                    lines.add(name + ": " + (value == null ? "not told" : value));
                }
            });
            output.say(o, String.join(System.lineSeparator(), lines));
        }
        return 0;
    }

    private static List<String> texts(List<Multiaddr> addresses) {
        List<String> texts = new ArrayList<>();
        if (addresses != null) for (Multiaddr a : addresses) texts.add(a.toString());
        return texts;
    }
}
