namespace Messaging.Faults.Parties;

/// <summary>What a process of a run does. Bound from the command line, section <c>Party</c>; the library's own options stand beside it.</summary>
public sealed class PartyOptions
{
    /// <summary>The process's name, unique in its run.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Where its ledger is written.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>How long a worker's handlers take.</summary>
    public TimeSpan Handling { get; set; }

    /// <summary>Whether a worker prints a line for whatever it starts to handle.</summary>
    public bool Announces { get; set; }

    /// <summary>Whether a worker has an inbox.</summary>
    public bool Inbox { get; set; }

    /// <summary>How many streams a requester reads besides, each for as long as it lives.</summary>
    public int Streams { get; set; }

    /// <summary>How many calls and commands a requester makes in a second.</summary>
    public double Rate { get; set; } = 100;

    /// <summary>How many of them are calls, from 0 to 1.</summary>
    public double CallShare { get; set; } = 0.5;

    /// <summary>Whether its calls may be repeated.</summary>
    public bool Idempotent { get; set; }

    /// <summary>How many it makes; 0 for as many as there is time for.</summary>
    public int Count { get; set; }

    /// <summary>How many may be under way.</summary>
    public int MaxUnderWay { get; set; } = 2_000;

    /// <summary>The deadline of calls.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The deadline of commands.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How many calls are streams, and how many commands are delayed, delayed and cancelled, urgent or ordered (a quarter of the share each), from 0 to 1.</summary>
    public double Variety { get; set; }

    /// <summary>How many commands fail for good, from 0 to 1.</summary>
    public double Failing { get; set; }

    /// <summary>How many calls and commands take <see cref="SlowHandling"/>, from 0 to 1.</summary>
    public double Slow { get; set; }

    /// <summary>How long those take.</summary>
    public TimeSpan SlowHandling { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often application code and observers throw at each point where they can, from 0 to 1.</summary>
    public double Mischief { get; set; }

    /// <summary>Of every choice of the process.</summary>
    public int Seed { get; set; } = 1;
}
