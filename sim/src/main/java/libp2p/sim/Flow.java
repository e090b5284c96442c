package libp2p.sim;

import java.util.ArrayList;
import java.util.List;

/** The way of a connection through NATs: what each of them must remember for it. */
final class Flow {
    /**
     * One NAT on the way.
     *
     * @param mapping what it remembers
     * @param remote the other end as the NAT sees it, outside
     * @param out whether the dialler is on its inside
     */
    private record Passage(Nat nat, Nat.Mapping mapping, long remote, boolean out) {}

    private final SimHost dialler;
    private final List<Passage> passages = new ArrayList<>(2);

    Flow(SimHost dialler) {
        this.dialler = dialler;
    }

    void add(Nat nat, Nat.Mapping mapping, long remote, boolean out) {
        passages.add(new Passage(nat, mapping, remote, out));
    }

    /** Whether the dial that began it is let in, at the last; then answers are let out. */
    boolean admits(long now) {
        for (Passage p : passages) {
            if (!p.out && !p.nat.admits(p.mapping, p.remote, now)) return false;
        }
        for (Passage p : passages) if (!p.out) p.mapping.talked(p.remote, now);
        return true;
    }

    /** Whether what that end sends now still gets through; if so all remember it anew. */
    boolean carries(SimHost from, long now) {
        boolean fromDialler = from == dialler;
        for (Passage p : passages) {
            boolean fresh = p.out == fromDialler ? p.nat.keeps(p.mapping, now) : p.nat.admits(p.mapping, p.remote, now);
            if (!fresh) return false;
        }
        for (Passage p : passages) p.mapping.talked(p.remote, now);
        return true;
    }
}
