namespace Messaging.Faults.Schedules;

/// <summary>What a run of scheduled commands is made of.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Of every choice that the run makes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How often the broker is restarted: killed and stopped politely by turns.</summary>
    public int Restarts { get; init; } = 5;

    /// <summary>From the return of the broker to the next restart, and from the first command to the first.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Commands that are scheduled in a second.</summary>
    public double Rate { get; init; } = 20;

    /// <summary>The longest delay, in whole seconds; each command has one of chance from a second to this.</summary>
    public int MaxDelay { get; init; } = 20;

    /// <summary>How many quorum queues there are beside those that the run needs: a broker recovers them one after the other.</summary>
    public int OtherQueues { get; init; }

    /// <summary>How long the last commands are waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
