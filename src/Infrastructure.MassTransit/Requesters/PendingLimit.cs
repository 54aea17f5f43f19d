namespace Messaging.MassTransit.Requesters;

/// <summary>Bounds the calls, or the commands, of a service that are under way at a time.</summary>
/// <param name="room">Has a place for each. Nobody takes its wait handle, so nothing of it needs disposal.</param>
/// <param name="limit">How many.</param>
/// <param name="fails">Whether one more fails, in the place of waiting inside its deadline.</param>
/// <param name="option">The option that says how many, for the message.</param>
internal sealed class PendingLimit(SemaphoreSlim room, int limit, bool fails, string option)
{
    /// <summary>Enters; what it gives back leaves again when it is disposed.</summary>
    /// <exception cref="RpcException">There is no room, and the options say not to wait.</exception>
    public async ValueTask<Room> EnterAsync(OperationDescriptor operation, CancellationToken cancellationToken)
    {
        if (fails)
        {
            if (!await room.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
            {
                throw new RpcException(StatusCode.ResourceExhausted, $"{limit:N0} to '{operation.Service}' are under way, as many as {option} allows. Send less at a time, or let them wait (WhenFull).")
                {
                    Operation = operation.FullName,
                    Reason = FailureReason.Overloaded,
                };
            }
        }
        else
        {
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return new Room(room);
    }

    /// <summary>A place among those under way.</summary>
    public readonly struct Room(SemaphoreSlim room) : IDisposable
    {
        public void Dispose() => room.Release();
    }
}
