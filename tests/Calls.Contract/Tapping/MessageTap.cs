using System.Buffers.Binary;
using System.Collections.Concurrent;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract.Tapping;

/// <summary>
/// Sits between a host and its transport: writes down what passes, lets the test hold back what goes out, and can make
/// workers seem as fast or slow as the test wants them, whatever else the machine is doing.
/// </summary>
public sealed class MessageTap
{
    private const string HandlerTimeHeader = "handler-us";
    private const string ClockType = "clock";
    private const int NumberAt = sizeof(uint) + 16;

    private readonly ConcurrentQueue<PassedMessage> _requests = new();
    private readonly ConcurrentQueue<PassedMessage> _replies = new();
    private volatile TaskCompletionSource? _held;

    /// <summary>The requests that the requester published, in order.</summary>
    public IReadOnlyList<PassedMessage> Requests => [.. _requests];

    /// <summary>The replies that came to the requester's reply queue, in order.</summary>
    public IReadOnlyList<PassedMessage> Replies => [.. _replies];

    /// <summary>What every worker is said to have reported, in microseconds; null for what it did report.</summary>
    public uint? HandlerUs { get; init; }

    /// <summary>Puts it between a host and the transport that was chosen.</summary>
    public void Install(MessagingBuilder builder)
    {
        var services = builder.Services;
        var chosen = services.Single(service => service.ServiceType == typeof(ITransport));
        services.Remove(chosen);
        services.AddSingleton<ITransport>(provider => new TappedTransport(
            (ITransport)(chosen.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, chosen.ImplementationType!)),
            this));
    }

    /// <summary>From here the connection takes nothing.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connection takes what waits for it.</summary>
    public void Release()
    {
        var held = _held!;
        _held = null;
        held.SetResult();
    }

    /// <summary>Forgets what has passed.</summary>
    public void Clear()
    {
        _requests.Clear();
        _replies.Clear();
    }

    internal async ValueTask PassAsync(OutboundMessage request, Func<OutboundMessage, ValueTask> publish)
    {
        if (!string.Equals(request.Type, ClockType, StringComparison.Ordinal))
        {
            _requests.Enqueue(PassedMessage.From(request));
        }

        if (_held is { } held)
        {
            await held.Task;
        }

        await publish(request);
    }

    internal InboundMessage Pass(in InboundMessage reply)
    {
        if (string.Equals(reply.Type, ClockType, StringComparison.Ordinal))
        {
            return reply;
        }

        _replies.Enqueue(PassedMessage.From(reply));
        return HandlerUs is { } microseconds ? Report(reply, microseconds) : reply;
    }

    private static InboundMessage Report(in InboundMessage reply, uint microseconds)
    {
        if (PassedMessage.From(reply).IsBatch)
        {
            var body = reply.Body.ToArray();
            foreach (var at in PassedMessage.FramesOf(body))
            {
                BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(at + NumberAt), microseconds);
            }

            return reply with { Body = body };
        }

        return reply.Headers is { } headers && headers.ContainsKey(HandlerTimeHeader)
            ? reply with { Headers = new Dictionary<string, object?>(headers, StringComparer.Ordinal) { [HandlerTimeHeader] = (long)microseconds } }
            : reply;
    }
}
