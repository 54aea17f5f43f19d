namespace Messaging.Faults.Overload;

/// <summary>What a run under overload is made of.</summary>
public sealed record OverloadOptions
{
    /// <summary>How many times the measured capacity is offered during the overload.</summary>
    public double Factor { get; init; } = 10;

    /// <summary>How many requesters flood. There is always one besides that doesn't: the bystander.</summary>
    public int Flooders { get; init; } = 1;

    /// <summary>How many worker processes serve.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How many calls a worker handles at a time.</summary>
    public int Slots { get; init; } = 8;

    /// <summary>How long a handler takes: from 1 ms on it waits, below it keeps a processor busy.</summary>
    public TimeSpan Handling { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The deadline of every call.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many callers measure the capacity; 0 for 2 a slot, or 32 a slot where handlers take less than 1 ms.
    /// Few enough that nothing waits for long, and so many that none of the way to the broker and back is lost.</summary>
    public int Callers { get; init; }

    /// <summary>The load before and after the overload, as a part of the capacity.</summary>
    public double Normal { get; init; } = 0.5;

    /// <summary>The bystander's load, as a part of the capacity.</summary>
    public double Bystander { get; init; } = 0.01;

    /// <summary>How many streams are read meanwhile.</summary>
    public int Streams { get; init; }

    /// <summary>Whether calls wait in a quorum queue.</summary>
    public bool QuorumQueue { get; init; }

    /// <summary>By which door the calls come in.</summary>
    public CallersDoor Door { get; init; }

    /// <summary>Whether all runs in this process on the in-memory broker, instead of in processes of their own on RabbitMQ.</summary>
    public bool InMemory { get; init; }

    /// <summary>How long each phase lasts, but for the overload.</summary>
    public TimeSpan Phase { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the overload lasts.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the queue may take to run empty when nobody calls any more.</summary>
    public TimeSpan QuietLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where timelines, logs and the verdict lie and are kept; null for a folder that goes with the run.</summary>
    public string? Keep { get; init; }

    /// <summary>How much of the capacity has to be answered in time.</summary>
    public double GoodputBar { get; init; } = 0.9;

    internal int CallersOrDefault => Callers > 0 ? Callers : Workers * (Handling < TimeSpan.FromMilliseconds(1) ? Slots * 32 : Slots * 2);

    internal TimeSpan Length(OverloadPhase phase) => phase == OverloadPhase.Overload ? Duration : Phase;
}
