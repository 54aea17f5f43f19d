using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>A call that found no queue, kept to be sent again.</summary>
internal sealed class HeldCall
{
    // Of a message that does not say how long it may wait.
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);

    private readonly long _heldAt = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan _left;

    public HeldCall(BasicReturnEventArgs returned)
    {
        Returned = new BasicReturnEventArgs(
            returned.ReplyCode, returned.ReplyText, returned.Exchange, returned.RoutingKey, returned.BasicProperties, returned.Body.ToArray());
        _left = long.TryParse(returned.BasicProperties.Expiration, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(milliseconds) : _longest;
    }

    /// <summary>The call as it came back.</summary>
    public BasicReturnEventArgs Returned { get; }

    /// <summary>Whether its time is over: its caller has been told by his own clock.</summary>
    public bool IsOver => Left <= TimeSpan.Zero;

    /// <summary>Its properties, with the time that is left.</summary>
    public BasicProperties Properties => new(Returned.BasicProperties)
    {
        Expiration = Returned.BasicProperties.Expiration is null ? null : Math.Max(1, (long)Left.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
    };

    private TimeSpan Left => _left - TimeProvider.System.GetElapsedTime(_heldAt);
}
