/** Contracts to extend, and the small worlds they run in. */
module libp2p.testkit {
    requires transitive libp2p.core;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.jupiter.params;
    requires transitive org.assertj.core;

    exports libp2p.testkit;
}
