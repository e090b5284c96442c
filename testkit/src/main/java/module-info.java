/** Contracts to extend, and the small worlds they run in. */
module libp2p.testkit {
    requires transitive libp2p.core;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.jupiter.params;
    requires transitive org.assertj.core;
    requires com.google.gson;
    requires jdk.management;

    exports libp2p.testkit;
    exports libp2p.testkit.fuzz;
    opens libp2p.testkit to com.google.gson;
}
