package libp2p.sim;

import java.nio.charset.StandardCharsets;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;

/** A small world in each fidelity; prints the hash of all that happened. It speaks nothing but the simulator's own protocol. */
final class HashRun {
    private HashRun() {}

    public static void main(String[] args) {
        byte[] text = hash().getBytes(StandardCharsets.US_ASCII); // whatever the JVM takes for its encoding
        System.out.write(text, 0, text.length);
        System.out.flush();
    }

    static String hash() {
        long all = run(Fidelity.STREAMS, 40);
        all = Mix.with(all, run(Fidelity.BYTES, 20));
        all = Mix.with(all, run(Fidelity.bytes(new BouncyCastleCrypto()), 5));
        StringBuilder digits = new StringBuilder();
        for (int shift = 60; shift >= 0; shift -= 4) digits.append("0123456789abcdef".charAt((int) (all >>> shift) & 15));
        return digits.toString();
    }

    private static long run(Fidelity fidelity, int count) {
        World world = World.seed(2026).fidelity(fidelity).links(Links.uniform(World.MILLISECOND, 120 * World.MILLISECOND));
        List<SimHost> hosts = world.hosts(count, () -> List.of(new Flood(number -> {})));
        world.join(Graph.regular(count, 4, world.random()), World.SECOND);
        world.at(2 * World.SECOND, () -> hosts.get(1).protocol(Flood.class).publish(7, new byte[3000]));
        world.run(5 * World.SECOND);
        return world.hash();
    }
}
