package libp2p.bench;

/** One side of a measurement, in a process of its own. */
interface Work {
    /** Where the other side finds this one. */
    default String where() throws Exception {
        throw new UnsupportedOperationException("listens nowhere");
    }

    /** Connects to the other side. */
    default void to(String address) throws Exception {
        throw new UnsupportedOperationException("connects to nobody");
    }

    /** Does it {@code n} times and returns when the last is done. */
    default void go(long n) throws Exception {
        throw new UnsupportedOperationException("only answers");
    }

    /** Bytes that the loop's thread has allocated; -1 where there is none. */
    default long allocated() {
        return -1;
    }
}
