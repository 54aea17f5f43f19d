using System.Diagnostics.CodeAnalysis;
using RabbitMQ.Client;

namespace Messaging.RoundTrip.Systems;

/// <summary>
/// The yardstick's publisher confirms, kept by hand: any number of requests are unconfirmed at a time, and no call waits
/// for its confirm, since its reply says as much; one that the broker refuses fails. Measured as fast as
/// the library's own tracking or a few per cent faster: that makes every call wait twice.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class ConfirmedPublishing
{
    private readonly IChannel _channel;
    private readonly bool _awaited;

    // The broker numbers messages as they arrive: numbering and handing over must not interleave.
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, TaskCompletionSource<byte[]>> _unconfirmed = [];
    private ulong _last;
    private ulong _oldest = 1;

    /// <param name="channel">With confirms and without the library's tracking; nothing was published on it.</param>
    /// <param name="awaited">Whether a confirm ends the call, as nothing else does.</param>
    public ConfirmedPublishing(IChannel channel, bool awaited = false)
    {
        _awaited = awaited;
        _channel = channel;
        channel.BasicAcksAsync += (_, ack) => SettleAsync(ack.DeliveryTag, ack.Multiple, refused: false);
        channel.BasicNacksAsync += (_, nack) => SettleAsync(nack.DeliveryTag, nack.Multiple, refused: true);
    }

    /// <summary>The options of the channel.</summary>
    public static CreateChannelOptions ChannelOptions { get; } = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    /// <summary>Publishes a request; complete when it is handed over.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="body">Its body.</param>
    /// <param name="call">Fails when the broker refuses it.</param>
    public async Task PublishAsync(string queue, BasicProperties properties, ReadOnlyMemory<byte> body, TaskCompletionSource<byte[]> call)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            lock (_lock)
            {
                _unconfirmed[++_last] = call;
            }

            await _channel.BasicPublishAsync("", queue, mandatory: false, properties, body);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private Task SettleAsync(ulong tag, bool multiple, bool refused)
    {
        lock (_lock)
        {
            for (var settled = multiple ? _oldest : tag; settled <= tag; settled++)
            {
                if (!_unconfirmed.Remove(settled, out var call))
                {
                    continue;
                }

                if (refused)
                {
                    call.TrySetException(new InvalidOperationException("The broker refused a request."));
                }
                else if (_awaited)
                {
                    call.TrySetResult([]);
                }
            }

            _oldest = multiple ? Math.Max(_oldest, tag + 1) : _oldest;
        }

        return Task.CompletedTask;
    }
}
