using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>A client that knows nothing of this library: bare RabbitMQ.Client with one channel.</summary>
internal sealed class Bare : IAsyncDisposable
{
    private readonly IConnection _connection;

    private Bare(IConnection connection, IChannel channel)
    {
        _connection = connection;
        Channel = channel;
    }

    public IChannel Channel { get; }

    public static async Task<Bare> ConnectAsync(Uri uri)
    {
        var factory = new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false };
        var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        return new Bare(connection, await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken));
    }

    public Task<IChannel> OpenAsync(CreateChannelOptions options) => _connection.CreateChannelAsync(options, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
