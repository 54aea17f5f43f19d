using System.Data.Common;
using Messaging.Faults.Verdicts;

namespace Messaging.Faults.Parties;

/// <summary>
/// A handler that takes long and, when it is cancelled, throws what libraries throw in the place of an
/// <see cref="OperationCanceledException"/>. Each has <see cref="Marker"/> in its message, so that it is known wherever
/// it turns up: nobody may ever see one.
/// </summary>
internal static class StoppedWork
{
    /// <summary>What the messages of all of them contain.</summary>
    public const string Marker = LeftMessage.StoppedMarker;

    /// <summary>Works for a while.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="choice">Decides what is thrown.</param>
    /// <param name="cancellationToken">Of the handler.</param>
    public static async Task DoAsync(TimeSpan duration, int choice, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(duration, cancellationToken);
        }
        catch (OperationCanceledException cancelled)
        {
            throw (choice & 3) switch
            {
                0 => new DriverException(),
                1 => new AggregateException(Marker, cancelled),
                2 => new RpcException(StatusCode.Cancelled, Marker),
                _ => new InvalidOperationException(Marker, cancelled),
            };
        }
    }

    /// <summary>As a database's driver has its own.</summary>
    private sealed class DriverException() : DbException($"Connection reset: {Marker}");
}
