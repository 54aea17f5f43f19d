namespace Messaging.Faults.Parties;

/// <summary>Where a worker writes down that a command has had its effect.</summary>
internal interface IEffects
{
    /// <summary>Writes one down; complete when it is as safe as the effect itself.</summary>
    Task WriteAsync(string id, CancellationToken cancellationToken);
}
