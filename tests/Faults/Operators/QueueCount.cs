namespace Messaging.Faults.Operators;

/// <summary>A queue at the broker, as its leader knows it now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">quorum, classic, other, or unknown where it did not answer.</param>
/// <param name="IsExclusive">Whether it belongs to one connection.</param>
/// <param name="Ready">Messages that wait.</param>
/// <param name="Unsettled">Messages that consumers have.</param>
/// <param name="Total">All, those included that are on their way to the next queue.</param>
internal sealed record QueueCount(string Name, string Kind, bool IsExclusive, int Ready, int Unsettled, int Total)
{
    public const string DeadLetters = IProbe.Name + ".dead";

    private const string Stranded = "messaging.delay.lost";
    /// <summary>The beginning of the names of what remembers cancelled commands.</summary>
    public const string Cancellations = "messaging.cancelled";

    /// <summary>Whether commands can be in it. What is not known to hold none can: new queues are taken for such.</summary>
    public bool HoldsCommands =>
        !IsExclusive && Kind is not "other" && Name is not IProbe.Name && !Name.StartsWith(Cancellations, StringComparison.Ordinal);

    /// <summary>Whether delayed commands wait in it.</summary>
    public bool IsLevel => Name.StartsWith("messaging.delay.", StringComparison.Ordinal) && char.IsAsciiDigit(Name[^1]);

    /// <summary>Whether commands may stay in it.</summary>
    public bool IsForRest => Name is DeadLetters or Stranded;

    /// <summary>Whether something is in it that a worker has yet to do.</summary>
    public bool IsBusy => Kind is "unknown" || (HoldsCommands ? !IsForRest && Total > 0 : Name is IProbe.Name && Total > 0);

    /// <inheritdoc/>
    public override string ToString() => Kind is "unknown" ? $"{Name}: gives no answer" : $"{Name}: {Ready} ready, {Unsettled} unsettled, {Total - Ready - Unsettled} on the way";
}
