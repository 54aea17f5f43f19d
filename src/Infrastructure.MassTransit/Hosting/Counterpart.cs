namespace Messaging.MassTransit;

/// <summary>Who is on the other side of the bus.</summary>
internal enum Counterpart
{
    /// <summary>Consumers and clients written with MassTransit, which know message types alone.</summary>
    MassTransit,

    /// <summary>Requesters and workers of the same contract, which say more in headers.</summary>
    Messaging,
}
