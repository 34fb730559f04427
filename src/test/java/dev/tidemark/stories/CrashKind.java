package dev.tidemark.stories;

/** What strikes at a {@link CrashPoint}. */
enum CrashKind {
    /** The process is gone at once, as by {@code kill -9} or a lost machine. */
    KILL {
        @Override
        Trap.Then strike(World world, TidemarkProcess process) {
            process.kill();
            return Trap.Then.CUT;
        }
    },
    /** The process is asked to end, as an orchestrator does; it may finish what it is doing. */
    TERM {
        @Override
        Trap.Then strike(World world, TidemarkProcess process) {
            process.terminate();
            return Trap.Then.GO_ON;
        }
    },
    /** The connection breaks and the process lives on. */
    CUT {
        @Override
        Trap.Then strike(World world, TidemarkProcess process) {
            return Trap.Then.CUT;
        }
    },
    /** PostgreSQL is stopped without a checkpoint and started again; the process lives on. */
    PLUG {
        @Override
        Trap.Then strike(World world, TidemarkProcess process) {
            world.postgres().pullThePlug();
            world.postgres().plugIn();
            return Trap.Then.CUT;
        }
    },
    /** Every session of the database is ended by an administrator; the process lives on. */
    BACKENDS {
        @Override
        Trap.Then strike(World world, TidemarkProcess process) {
            world.postgres().terminateBackends(world.database());
            return Trap.Then.GO_ON;
        }
    };

    /** Strikes while the exchange is held. */
    abstract Trap.Then strike(World world, TidemarkProcess process);
}
