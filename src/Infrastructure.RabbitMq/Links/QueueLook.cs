using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>A look at queues by passive declarations. The broker closes the channel on one that misses; the next look opens another.</summary>
internal sealed class QueueLook : IQueueLook
{
    private const string Stage = "Looking at";

    private readonly LinkLifetime _lifetime;
    private readonly BrokerConnection _connection;
    private IChannel _channel;

    private QueueLook(LinkLifetime lifetime, BrokerConnection connection, IChannel channel)
    {
        _lifetime = lifetime;
        _connection = connection;
        _channel = channel;
    }

    public Task<LinkLoss> Lost => _lifetime.Lost;

    /// <summary>Opens it on the connection for looks into queues.</summary>
    public static async Task<IQueueLook> OpenAsync(LinkLifetime lifetime, LinkConnections connections, CancellationToken cancellationToken)
    {
        var connection = await connections.Queues.GetAsync(cancellationToken).ConfigureAwait(false);
        return new QueueLook(lifetime, connection, await lifetime.OpenChannelAsync(connection, options: null, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<QueueCounts?> FindAsync(string queue)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (_lifetime.Loss is not null || !_lifetime.InFlight.TryEnter())
        {
            throw QueueFailures.LinkLost(Stage, queue, _lifetime.Loss);
        }

        try
        {
            if (!_channel.IsOpen)
            {
                _channel = await _lifetime.OpenChannelAsync(_connection, options: null, _lifetime.LostToken).ConfigureAwait(false);
            }

            var found = await _channel.QueueDeclarePassiveAsync(queue, _lifetime.LostToken).ConfigureAwait(false);
            return new QueueCounts(found.MessageCount, (int)Math.Min(found.ConsumerCount, int.MaxValue));
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            return null;
        }
        catch (Exception e)
        {
            throw _lifetime.Loss is { } loss ? QueueFailures.LinkLost(Stage, queue, loss) : QueueFailures.FromLook(e, Stage, queue);
        }
        finally
        {
            _lifetime.InFlight.Exit();
        }
    }

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();
}
