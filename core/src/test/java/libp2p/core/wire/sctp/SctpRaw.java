package libp2p.core.wire.sctp;

import libp2p.core.Buf;

/** Sends chunks of a test's own making, under the tag that the last packet had. */
final class SctpRaw {
    private final SctpWorld world;
    private final int tag;

    /** In the place of {@code a}, of which one packet tells the tag. */
    SctpRaw(SctpWorld world) {
        this.world = world;
        world.a.machine.send(999, 53, new byte[] {1});
        Buf packet = new Buf(1192);
        if (!world.a.machine.transmit(packet, world.now)) throw new AssertionError("nothing was sent");
        packet.skip(4);
        this.tag = packet.i32();
    }

    /** The packet of some chunks. */
    byte[] packet(Buf... chunks) {
        Buf packet = new Buf(70_000);
        Format.header(packet, tag);
        for (Buf c : chunks) packet.put(c.takeAll());
        Format.seal(packet, SctpSettings.DEFAULT.checksum());
        return packet.takeAll();
    }

    void toB(Buf... chunks) {
        world.b.take(packet(chunks));
    }
}
