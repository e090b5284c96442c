package libp2p.interop.gossip;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import libp2p.core.Buf;
import libp2p.core.identity.PeerId;
import libp2p.gossipsub.PartialActions;
import libp2p.gossipsub.PartialGroup;
import libp2p.gossipsub.PartialHandler;
import libp2p.gossipsub.PartialMessage;
import libp2p.multiformats.Nullable;

/**
 * The parts of messages that scripts are about: eight of 1024 bytes, named by a number of eight bytes; the metadata is a byte, the bits of
 * the parts that a peer has, and it wants the others. Sent are the bits, the parts, and the name. On the node's loop.
 */
final class ScriptParts implements PartialHandler {
    /** How many parts a message has. */
    static final int PARTS = 8;

    /** The bits of all of them. */
    static final int ALL = 0xff;

    private static final int PART_BYTES = 1024;
    private static final int NAME_BYTES = 8;

    /** Sends what {@code actions} says of a group. */
    interface Door {
        void publish(String topic, byte[] group, PartialActions actions);
    }

    /** Hears of groups that are complete. */
    interface Complete {
        void complete(long group);
    }

    private record Key(String topic, long group) {}

    /** What we know of a peer: the parts it has, unknown before it said; the parts we last said that we have. */
    private record Known(int has, int told) {
        private static final int UNKNOWN = -1;
        static final Known NOTHING = new Known(UNKNOWN, UNKNOWN);

        static Known of(PartialGroup group, PeerId peer) {
            return group.state(peer) instanceof Known k ? k : NOTHING;
        }

        Known has(int bits) {
            return new Known(Math.max(0, has) | bits, told);
        }
    }

    private final Door door;
    private final Complete complete;
    private final Map<Key, byte[][]> all = new HashMap<>();

    ScriptParts(Door door, Complete complete) {
        this.door = door;
        this.complete = complete;
    }

    /** We have these parts of it: counted up from the name, in numbers of eight bytes. */
    void add(String topic, long group, int bits) {
        byte[][] parts = parts(topic, group);
        int before = bits(parts);
        for (int i = 0; i < PARTS; i++) {
            if ((bits >> i & 1) == 0) continue;
            Buf part = new Buf(PART_BYTES);
            for (int j = 0; j < PART_BYTES / 8; j++) part.putI64(group + (long) i * PART_BYTES / 8 + j);
            parts[i] = part.takeAll();
        }
        told(group, before, bits(parts));
    }

    /** Tells once that a group is complete. */
    private void told(long group, int before, int now) {
        if (before != ALL && now == ALL) complete.complete(group);
    }

    /** Says what we have, to these peers of the group or all of them. */
    void publish(String topic, long group, @Nullable Set<PeerId> to) {
        door.publish(topic, new Buf(NAME_BYTES).putI64(group).takeAll(), (g, wants) -> actions(g, wants, to));
    }

    @Override
    public void onPartial(PartialMessage said, PartialGroup group) {
        if (said.group().length != NAME_BYTES) return;
        long name = new Buf(said.group()).i64();
        byte[][] parts = parts(said.topic(), name);
        int before = bits(parts);
        byte[] sent = said.parts();
        if (sent != null) group.state(said.from(), Known.of(group, said.from()).has(take(sent, parts)));
        byte[] metadata = said.metadata();
        int has = metadata == null || metadata.length != 1 ? Known.UNKNOWN : metadata[0] & ALL;
        if (has != Known.UNKNOWN) group.state(said.from(), Known.of(group, said.from()).has(has));
        int now = bits(parts);
        told(name, before, now);
        if (now != before) publish(said.topic(), name, null);
        else if (has != Known.UNKNOWN && has != now) publish(said.topic(), name, Set.of(said.from()));
    }

    @Override
    public void onGossip(String topic, PartialGroup group, List<PeerId> peers) {
        publish(topic, new Buf(group.id()).i64(), Set.copyOf(peers));
    }

    private byte[][] parts(String topic, long group) {
        return all.computeIfAbsent(new Key(topic, group), k -> new byte[PARTS][]);
    }

    private static int bits(byte[][] parts) {
        int bits = 0;
        for (int i = 0; i < PARTS; i++) if (parts[i] != null) bits |= 1 << i;
        return bits;
    }

    /** Takes the parts that came; gives their bits, none if it is malformed. */
    private static int take(byte[] sent, byte[][] parts) {
        int bits = sent.length == 0 ? 0 : sent[0] & ALL;
        if (sent.length != 1 + PART_BYTES * Integer.bitCount(bits) + NAME_BYTES) return 0;
        int at = 1;
        for (int i = 0; i < PARTS; i++) {
            if ((bits >> i & 1) == 0) continue;
            if (parts[i] == null) parts[i] = Arrays.copyOfRange(sent, at, at + PART_BYTES);
            at += PART_BYTES;
        }
        return bits;
    }

    private List<PartialActions.Action> actions(PartialGroup group, Predicate<PeerId> wants, @Nullable Set<PeerId> to) {
        byte[][] parts = parts(group.topic(), new Buf(group.id()).i64());
        int ours = bits(parts);
        List<PartialActions.Action> actions = new ArrayList<>();
        for (PeerId p : group.peers()) {
            if (to != null && !to.contains(p)) continue;
            Known known = Known.of(group, p);
            int lacks = known.has == Known.UNKNOWN || !wants.test(p) ? 0 : ours & ~known.has;
            if (lacks == 0 && known.told == ours) continue;
            actions.add(new PartialActions.Action(p, lacks == 0 ? null : encoded(parts, lacks, group.id()),
                    known.told == ours ? null : new byte[] {(byte) ours}));
            group.state(p, new Known(lacks == 0 ? known.has : known.has | lacks, ours));
        }
        return actions;
    }

    private static byte[] encoded(byte[][] parts, int bits, byte[] name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bits);
        for (int i = 0; i < PARTS; i++) if ((bits >> i & 1) != 0) out.writeBytes(parts[i]);
        out.writeBytes(name);
        return out.toByteArray();
    }
}
