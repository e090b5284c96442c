package libp2p.sim;

import libp2p.multiformats.Nullable;

/**
 * Something that will happen at a time to one host: a delivered chunk, a fired timer.
 *
 * <p>Events are ordered by (time, sender, sequence of that sender): an order that neither the queue nor, one day, several threads can
 * change. What {@link #run} does is done in a turn of {@link #host}.
 */
abstract class Event implements Runnable {
    /** The sender of what the world itself does. */
    static final int WORLD = -1;

    /** In no queue. */
    static final int NOWHERE = -1;

    /** What happens; the names are those that a trace prints. */
    enum Kind {
        /** A dial arrives at whom it is for. */
        KNOCK,
        /** The answer to it arrives. */
        ANSWER,
        /** Bytes of a stream or pipe arrive, or its end. */
        CHUNK,
        /** A connection's end arrives. */
        HANGUP,
        /** A timer fires. */
        TIMER,
        /** A task from outside the host. */
        TASK,
        /** A datagram arrives. */
        DATAGRAM,
        /** A connection's loss is heard. */
        BREAK
    }

    long time;
    long sequence;
    int sender;

    /** Where it lies: an index of the heap, or {@code -2 - slot} of the wheel; {@link #NOWHERE} otherwise. The queue's, as is the next. */
    int place = NOWHERE;

    /** Its index in the slot. */
    int index;

    abstract Kind kind();

    /** To whom it happens; null if to nobody in particular. */
    abstract @Nullable SimHost host();

    /** How many bytes it carries. */
    int size() {
        return 0;
    }

    /** A hash of all else that makes it what it is. */
    long content() {
        return 0;
    }

    final boolean isBefore(Event other) {
        if (time != other.time) return time < other.time;
        if (sender != other.sender) return sender < other.sender;
        return sequence < other.sequence;
    }
}
