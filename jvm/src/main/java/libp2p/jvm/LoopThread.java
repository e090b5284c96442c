package libp2p.jvm;

/** A thread that runs a loop and must not wait: {@link Host}'s blocking methods refuse it. */
public interface LoopThread {}
