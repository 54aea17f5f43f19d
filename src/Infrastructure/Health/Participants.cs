using System.Collections.Concurrent;

namespace Messaging.Health;

/// <summary>Those in this process that need the broker: its workers, and its requester.</summary>
internal sealed class Participants
{
    private readonly ConcurrentDictionary<IParticipant, bool> _all = new();

    public IEnumerable<IParticipant> All => _all.Keys;

    public void Add(IParticipant participant) => _all[participant] = true;

    public void Remove(IParticipant participant) => _all.TryRemove(participant, out _);
}

/// <summary>One that needs the broker.</summary>
internal interface IParticipant
{
    ParticipantHealth Health { get; }
}

/// <summary>How it is.</summary>
/// <param name="Name">What people call it, e.g. <c>worker orders</c>.</param>
/// <param name="State">Its state.</param>
/// <param name="Running">How many handlers it runs, or how many calls it awaits.</param>
/// <param name="LastFailure">What went wrong last; null while nothing is wrong.</param>
internal sealed record ParticipantHealth(string Name, ParticipantState State, int Running, string? LastFailure);

internal enum ParticipantState
{
    /// <summary>Connected, and a worker consumes all of its queues.</summary>
    Ready,

    /// <summary>It serves one of its two queues, and tries to get at the other.</summary>
    Partial,

    /// <summary>It has its queues, and some of what they bring waits in it.</summary>
    Hindered,

    /// <summary>It has no link: not yet, or not any more.</summary>
    Away,

    /// <summary>It takes nothing more, as it is about to stop.</summary>
    Draining,
}
