using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Messaging.CatalogueLoad;

/// <summary>Announces many instances as so many workers would: each by a channel of its own, spread over the interval.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int ChannelsPerConnection = 50;
    private const int Operations = 12;

    private readonly List<IConnection> _connections = [];
    private readonly List<(IChannel Channel, byte[] Body)> _members = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _announcing = Task.CompletedTask;

    /// <summary>The size of an announcement, in bytes.</summary>
    public int Bytes => _members[0].Body.Length;

    public static async Task<Crowd> GatherAsync(Uri broker, int instances, TimeSpan interval)
    {
        var crowd = new Crowd();
        var factory = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };
        for (var number = 0; number < instances; number++)
        {
            if (number % ChannelsPerConnection == 0)
            {
                crowd._connections.Add(await factory.CreateConnectionAsync());
            }

            crowd._members.Add((await crowd._connections[^1].CreateChannelAsync(), Announce(number, interval)));
        }

        return crowd;
    }

    /// <summary>Begins to announce each instance once in every interval.</summary>
    public void Start(TimeSpan interval) => _announcing = AnnounceAsync(interval / _members.Count, _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _announcing;
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task AnnounceAsync(TimeSpan apart, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties { Type = "announce", ContentType = "application/json" };
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            for (long next = 0; ; next++)
            {
                // By the clock rather than by the turn, so that a late timer makes none miss its turn.
                var ahead = (apart * next) - TimeProvider.System.GetElapsedTime(started);
                if (ahead > TimeSpan.Zero)
                {
                    await Task.Delay(ahead, cancellationToken);
                }

                var (channel, body) = _members[(int)(next % _members.Count)];
                await channel.BasicPublishAsync("amq.direct", "messaging.announce", mandatory: false, properties, body, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private static byte[] Announce(int number, TimeSpan interval)
    {
        var operations = Enumerable.Range(0, Operations).Select(static operation =>
            $$"""{"name":"SomethingUsual{{operation}}","kind":"Call","handled":1234567,"failed":123,"rate":123.456,"medianUs":1234,"p99Us":12345}""");
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"format":1,"service":"service-{{number % 50}}","instance":"instance-{{number}}","version":"1.0.0.0","host":"host-{{number}}","processId":1,"uptimeMs":1000,"intervalMs":{{(int)interval.TotalMilliseconds}},"concurrency":40,"running":3,"operations":[{{string.Join(',', operations)}}]}"""));
    }
}
