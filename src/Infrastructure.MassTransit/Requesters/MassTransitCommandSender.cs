using System.Diagnostics;
using MassTransit;
using Messaging.Calls;
using Messaging.MassTransit.Headers;
using Messaging.Telemetry;

namespace Messaging.MassTransit.Requesters;

/// <summary>
/// Sends commands by MassTransit's <c>Send</c>, or <c>Publish</c> where there is no address; complete when its transport has
/// confirmed. One whose confirm is missing, as the connection broke, is sent again with the same message id.
/// </summary>
internal sealed class MassTransitCommandSender<TRequest>(Operation<TRequest, Nothing> operation, SenderSetup setup, PendingLimit limit) : CommandSender<TRequest>
    where TRequest : class
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _timeout = setup.TimeoutOf(operation);

    public override async Task SendAsync(TRequest command, CallOptions? options, CancellationToken cancellationToken)
    {
        var handler = CallContext.Current;
        var clock = CallClock.Start(setup.Time, _timeout, options, handler);
        Validate(options);
        using var ends = new CallEnds(operation, clock, setup.Time, cancellationToken, handler?.CancellationToken ?? CancellationToken.None);
        var activity = MessagingTelemetry.StartCall(operation);
        using var ending = MessagingTelemetry.Ending(activity);
        var messageId = ReadMessageId(options);
        var trace = Activity.Current?.Id;
        try
        {
            ends.Token.ThrowIfCancellationRequested();
            using var room = await limit.EnterAsync(operation, ends.Token).ConfigureAwait(false);
            while (true)
            {
                try
                {
                    await SendOnceAsync(command, Write, ends.Token).ConfigureAwait(false);
                    return;
                }
                catch (Exception exception) when (IsLost(exception))
                {
                    await Task.Delay(_pause, setup.Time, ends.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is not ArgumentException)
        {
            throw ends.Translate(exception);
        }

        void Write(SendContext context)
        {
            context.MessageId = messageId;
            ends.RequestId = messageId;
            setup.Write(context, operation, options, trace);
        }
    }

    private async Task SendOnceAsync(TRequest command, Action<SendContext<TRequest>> write, CancellationToken cancellationToken)
    {
        // Inside a handler its own context sends, so that MassTransit's outbox, where the endpoint has one, holds the command back until the handler has succeeded.
        var served = ServedMessage.Current;
        if (setup.Address is not { } address)
        {
            await (served ?? (IPublishEndpoint)setup.Bus).Publish(command, context => write(context), cancellationToken).ConfigureAwait(false);
            return;
        }

        var endpoint = await (served ?? (ISendEndpointProvider)setup.Bus).GetSendEndpoint(address).ConfigureAwait(false);
        await endpoint.Send(command, Pipe.Execute(write), cancellationToken).ConfigureAwait(false);
    }

    private static Guid ReadMessageId(CallOptions? options)
    {
        if (options?.MessageId is not { } text)
        {
            return NewId.NextGuid();
        }

        return Guid.TryParse(text, out var id)
            ? id
            : throw new ArgumentException($"MassTransit's message ids are GUIDs, and CallOptions.MessageId is '{text}'. Give it a GUID.", nameof(options));
    }

    private static void Validate(CallOptions? options)
    {
        if (options?.Delay is not null)
        {
            throw new ArgumentException("MassTransit delays messages by a scheduler of the application's choice. Use its IMessageScheduler, or send the command on Messaging's own transport.", nameof(options));
        }

        if (options?.Priority is not null)
        {
            throw new ArgumentException("Over MassTransit all commands of an endpoint share one queue. Leave CallOptions.Priority out, or send the command on Messaging's own transport.", nameof(options));
        }

        if (options?.Headers is { } headers)
        {
            BridgeHeaders.Validate(headers);
        }
    }

    /// <summary>Whether the transport lost the message, or may have: not where it came back, and not where it can't be written.</summary>
    private static bool IsLost(Exception exception) =>
        exception is not (OperationCanceledException or ArgumentException or MessageReturnedException or ConfigurationException or System.Runtime.Serialization.SerializationException)
        && (exception is MassTransitException or TransportException || IsOfTransport(exception));

    private static bool IsOfTransport(Exception exception) =>
        exception is IOException or System.Net.Sockets.SocketException or TimeoutException or ObjectDisposedException
        || exception.GetType().Namespace?.StartsWith("RabbitMQ.Client", StringComparison.Ordinal) == true
        || (exception.InnerException is { } inner && IsOfTransport(inner));
}
