namespace Messaging.Faults.Runs;

/// <summary>What a run is made of.</summary>
public sealed record RunOptions
{
    /// <summary>How late an outcome may be on a machine that has nothing else to do.</summary>
    public static readonly TimeSpan StrictLateness = TimeSpan.FromMilliseconds(250);

    /// <summary>Of every choice that the run makes. The machine's own timing is not in its power.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long there is load and faults.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Calls and commands in a second, of all requesters together.</summary>
    public double Rate { get; init; } = 100;

    /// <summary>How many of them are calls, from 0 to 1.</summary>
    public double CallShare { get; init; } = 0.5;

    /// <summary>Whether calls may be repeated.</summary>
    public bool Idempotent { get; init; }

    /// <summary>The type of the calls queue; null for the library's default.</summary>
    public CallQueueType? CallQueue { get; init; }

    /// <summary>How many calls are streams, and how many commands are delayed, cancelled, urgent or ordered, from 0 to 1.</summary>
    public double Variety { get; init; }

    /// <summary>How many commands fail for good, from 0 to 1.</summary>
    public double Failing { get; init; }

    /// <summary>How many calls and commands take longer than <see cref="DrainTimeout"/>, and throw something of their own when they are cancelled, from 0 to 1.</summary>
    public double Slow { get; init; }

    /// <summary>How long those take.</summary>
    public TimeSpan SlowHandling { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a worker that is ended may take for what it runs; null for the library's default.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>How often application code and observers of workers throw at each point where they can, from 0 to 1.</summary>
    public double Mischief { get; init; }

    /// <summary>The same of requesters: their observers and serializers.</summary>
    public double RequesterMischief { get; init; }

    /// <summary>How long what is under way may take when there is no more load.</summary>
    public TimeSpan QuietLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where ledgers and logs lie and are kept; null for a folder that goes with the run.</summary>
    public string? Keep { get; init; }

    /// <summary>The faults, by the names in <see cref="FaultCatalog"/>, one after the other in an order of chance.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>How long from one fault's beginning to the next, or longer where a fault takes longer to heal.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many faults there are, however long they take; 0 for as many as there is time for.</summary>
    public int MaxFaults { get; init; }

    /// <summary>How many worker processes there are.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>How many requester processes there are.</summary>
    public int Requesters { get; init; } = 1;

    /// <summary>How long a handler takes.</summary>
    public TimeSpan Handling { get; init; }

    /// <summary>How many calls a worker handles at a time; 0 for the library's default.</summary>
    public int Concurrency { get; init; }

    /// <summary>How many calls and commands a requester may have under way.</summary>
    public int MaxUnderWay { get; init; } = 2_000;

    /// <summary>How often a command may be delivered before it is dead-lettered.</summary>
    public int DeliveryLimit { get; init; } = 5;

    /// <summary>Whether the workers have an inbox, with which a command may have one effect only.</summary>
    public bool Inbox { get; init; }

    /// <summary>How long after its deadline an outcome is in time.</summary>
    public TimeSpan Lateness { get; init; } = StrictLateness;

    /// <summary>How many nodes the broker has: 1, or a cluster of 3.</summary>
    public int Nodes { get; init; } = 1;
}
