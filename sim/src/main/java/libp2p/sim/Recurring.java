package libp2p.sim;

/** A fault that comes again and again. */
final class Recurring implements Fault {
    private final Fault fault;
    private final long every;
    private final long lasting;
    private int times;
    private boolean active;

    Recurring(Fault fault, long every, long lasting) {
        this.fault = fault;
        this.every = every;
        this.lasting = lasting;
    }

    @Override
    public void begin(World world) {
        if (active) throw new IllegalStateException("it has begun already");
        active = true;
        again(world, ++times);
    }

    private void again(World world, int time) {
        if (!active || times != time) return;
        fault.begin(world);
        world.at(world.now() + lasting, () -> {
            if (active && times == time) fault.end(world);
        });
        world.at(world.now() + every, () -> again(world, time));
    }

    @Override
    public void end(World world) {
        if (!active) return;
        active = false;
        fault.end(world);
    }
}
