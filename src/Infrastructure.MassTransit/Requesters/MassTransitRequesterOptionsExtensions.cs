using Messaging.MassTransit;
using Messaging.MassTransit.Requesters;

namespace Messaging;

/// <summary>Calls a contract over MassTransit.</summary>
public static class MassTransitRequesterOptionsExtensions
{
    /// <summary>
    /// Calls the contract's operations over the application's MassTransit bus (<c>services.AddMassTransit(…)</c>), where
    /// consumers written with MassTransit serve them: an operation's request type is the message type.
    /// </summary>
    /// <param name="options">The requester's options.</param>
    /// <param name="configure">Says where to send; by default requests and commands are published.</param>
    /// <returns>The same options.</returns>
    public static RequesterOptions ViaMassTransit(this RequesterOptions options, Action<MassTransitRequesterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var own = new MassTransitRequesterOptions();
        configure?.Invoke(own);
        options.RunOn(new MassTransitRequesterEngine(_ => own, Counterpart.MassTransit));
        return options;
    }
}
