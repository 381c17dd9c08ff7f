"""How large a run is and what strikes it. All that is random follows from the seed."""

from dataclasses import dataclass

TICK_SECONDS = 60.0  # the clock rings once a minute
LEASE_SECONDS = 100.0  # of a request's job (signing/actors.py); a killed worker's work is taken up after it


@dataclass(frozen=True)
class Plan:
    """Times in seconds from the start of the load."""

    seed: int
    requests: int
    notifications: int
    load_seconds: float  # in which signers act and notifications are sent
    kill_every: float = 5.0  # one of the two workers, by turns, SIGKILL; 0: never
    flushes: int = 2  # of Redis
    restarts: int = 1  # of PostgreSQL
    other_kills: int = 2  # of the web and of the clock, SIGKILL, each
    bad_net_every: float = 15.0  # one proxy misbehaves; 0: never
    bad_setu_every: float = 10.0  # the stand-in answers oddly; 0: never
    dropped: float = 0.3  # share of notifications that are never sent
    copies_max: int = 5
    clock_gets: int = 20  # CLOCK_GETS_PER_SECOND
    faults_end: float = 0  # s; 0: with the load
    early_tick: bool = (
        False  # restart the clock once the last killed worker's lease is over: it ticks at once
    )
    check_seconds: tuple[int, int] = (45, 45)  # CHECK_SECONDS_ACTIVE and _WARM

    @property
    def recovery_seconds(self) -> float:
        """After the last fault: what a killed worker held is free after a lease, and rung by the next tick."""
        return LEASE_SECONDS + TICK_SECONDS + 15.0  # s to work off what was rung


def full(seed: int) -> Plan:
    """R7, the headline."""
    return Plan(seed=seed, requests=1000, notifications=10_000, load_seconds=540.0)


def short(seed: int) -> Plan:
    """A tenth, within three minutes."""
    return Plan(
        seed=seed,
        requests=100,
        notifications=1000,
        load_seconds=35.0,
        kill_every=4.0,
        bad_net_every=7.0,
        bad_setu_every=5.0,
        faults_end=24.0,
        early_tick=True,
        check_seconds=(10, 15),
    )


def quiet(seed: int) -> Plan:
    """Small and without faults: shows that the harness itself is well."""
    return Plan(
        seed=seed,
        requests=20,
        notifications=200,
        load_seconds=15.0,
        kill_every=0,
        flushes=0,
        restarts=0,
        other_kills=0,
        bad_net_every=0,
        bad_setu_every=0,
    )
