package libp2p.bench;

import java.util.concurrent.TimeUnit;
import libp2p.core.Buf;
import libp2p.core.wire.Security;
import libp2p.jvm.JvmCrypto;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One operation is one full frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark {
    private static final int FRAMES = 64;
    private static final int PLAIN = Floor.PLAIN - 12; // a Yamux header takes the rest of the record

    private Wired bare;
    private Wired sealed;
    private Security.Session[] one;
    private Security.Session[] both;
    private final Buf plain = new Buf(new byte[Floor.PLAIN]);
    private final Buf wire = new Buf(128 * 1024);

    /** Connects. */
    @Setup
    public void connect() {
        JvmCrypto crypto = JvmCrypto.create();
        bare = new Wired(new NullCrypto(crypto));
        sealed = new Wired(crypto);
        one = Wired.sessions(crypto);
        both = Wired.sessions(crypto);
    }

    /** From a stream's write to the other's bytes, without a cipher. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void carry() {
        bare.carry((long) FRAMES * PLAIN);
    }

    /** The same with the node's cipher. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void carryConscrypt() {
        sealed.carry((long) FRAMES * PLAIN);
    }

    /** Seals. */
    @Benchmark
    public Buf seal() {
        wire.clear();
        plain.start = 0;
        one[0].seal(plain, wire);
        return wire;
    }

    /** Seals, and opens that. */
    @Benchmark
    public boolean sealAndOpen() {
        wire.clear();
        plain.start = 0;
        both[0].seal(plain, wire);
        plain.clear();
        return both[1].open(wire, plain);
    }
}
