package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.wire.Muxer;

/**
 * Random operations on two sessions whose bytes are cut at random; what each stream delivers is a prefix of what was written to it, and
 * all of it if it ended well.
 */
final class RandomUse {
    private final Muxer muxer;
    private final Limits limits;
    private final Rng rng;
    private final TestLoop.Clock time = new TestLoop.Clock();
    private final List<StreamProbe> opened = new ArrayList<>();
    private final List<StreamProbe> taken = new ArrayList<>();
    private final List<byte[]> written = new ArrayList<>();

    RandomUse(Muxer muxer, Limits limits, long seed) {
        this.muxer = muxer;
        this.limits = limits.with().streamsOutboundPerConnectionMax(20).streamOpeningsPerSecond(100_000).mplexOpeningsPerSecond(0).build();
        rng = Rng.seeded(seed);
    }

    void run() {
        MuxEnd a = new MuxEnd(muxer, time.loop(), true, limits, StreamProbe.each(taken, StreamProbe::echo));
        TestLoop home = rng.nextInt(2) == 0 ? a.loop : time.loop();
        MuxEnd b = new MuxEnd(muxer, home, false, limits, StreamProbe.each(taken, StreamProbe::echo));
        MuxEnd.join(a, b);
        for (int step = 0; step < 300; step++) {
            MuxEnd end = rng.nextInt(2) == 0 ? a : b;
            end.cut(1 + rng.nextInt(rng.nextInt(4) == 0 ? 20 : 100_000));
            end.loop.execute(() -> act(end));
            if (rng.nextInt(3) == 0) time.settle();
            if (rng.nextInt(10) == 0) time.advance(rng.nextInt(50_000_000));
        }
        time.settle();
        a.stall(false);
        b.stall(false);
        for (StreamProbe p : opened) a.loop.run(() -> end(p));
        time.advance(2_000_000_000L);
        check();
        a.close(CloseReason.FINISHED);
        b.close(CloseReason.FINISHED);
        time.advance(2_000_000_000L);
        finished(a);
        finished(b);
    }

    private void act(MuxEnd end) {
        int what = rng.nextInt(10);
        StreamProbe p = opened.isEmpty() ? null : opened.get(rng.nextInt(opened.size()));
        if (what < 3 || p == null) {
            StreamProbe fresh = new StreamProbe();
            byte[] data = rng.bytes(rng.nextInt(rng.nextInt(5) == 0 ? 600_000 : 2000));
            opened.add(fresh);
            written.add(data);
            fresh.write(data);
            end.session().open(fresh);
        } else if (what == 3) {
            end.stall(true);
        } else if (what == 4) {
            end.stall(false);
        } else if (what == 5) {
            if (p.stream() != null && rng.nextInt(4) == 0) p.stream().reset(rng.nextInt(100));
        } else if (what == 6) {
            p.pause();
        } else if (what == 7) {
            p.read();
        } else {
            p.finish();
        }
    }

    private void end(StreamProbe p) {
        p.read();
        p.finish();
    }

    private void check() {
        for (int i = 0; i < opened.size(); i++) {
            StreamProbe p = opened.get(i);
            byte[] got = p.received();
            byte[] all = written.get(i);
            assertThat(p.closes()).as("stream %s", i).hasSize(1);
            if (p.closed().equals(CloseReason.FINISHED)) assertThat(got).isEqualTo(all);
            else assertThat(got).isEqualTo(Arrays.copyOf(all, got.length));
        }
        for (StreamProbe p : taken) assertThat(p.closes()).hasSize(1);
    }

    private void finished(MuxEnd end) {
        assertThat(end.violation()).isNull();
        assertThat(end.bugs).isEmpty();
        assertThat(end.workspace.lent()).isZero();
        for (Scope.Resource r : Scope.Resource.values()) assertThat(end.node.used(r)).isZero();
    }
}
