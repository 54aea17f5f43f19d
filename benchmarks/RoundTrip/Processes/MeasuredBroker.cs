using System.Text;
using Messaging.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RoundTrip.Processes;

/// <summary>The broker that all systems share: a running one, or a private one that ends with this.</summary>
internal sealed class MeasuredBroker : IAsyncDisposable
{
    private readonly PrivateBroker? _privateBroker;

    private MeasuredBroker(PrivateBroker? privateBroker, Uri uri, string product, int? processId)
    {
        _privateBroker = privateBroker;
        Uri = uri;
        Product = product;
        ProcessId = processId;
    }

    /// <summary>Where it listens.</summary>
    public Uri Uri { get; }

    /// <summary>Its name and version.</summary>
    public string Product { get; }

    /// <summary>Its process, when it is known.</summary>
    public int? ProcessId { get; }

    /// <summary>Connects to the broker that the options name, or starts one.</summary>
    /// <param name="options">Name a broker or ask for a private one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">No broker answers.</exception>
    public static async Task<MeasuredBroker> StartAsync(RunOptions options, CancellationToken cancellationToken)
    {
        var started = options.Broker is null ? await PrivateBroker.StartNewAsync(cancellationToken) : null;
        try
        {
            var uri = options.Broker ?? started!.Uri;
            return new MeasuredBroker(started, uri, await AskProductAsync(uri, cancellationToken), options.BrokerPid ?? ListeningProcess.Find(uri));
        }
        catch when (started is not null)
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _privateBroker?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<string> AskProductAsync(Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync(cancellationToken);
            return $"{Property(connection, "product")} {Property(connection, "version")}";
        }
        catch (BrokerUnreachableException unreachable)
        {
            throw new InvalidOperationException(
                $"No broker answers at {uri.Host}:{uri.Port}: {unreachable.GetBaseException().Message} Start it, correct --broker, or leave --broker out to start a private one.",
                unreachable);
        }
    }

    private static string Property(IConnection connection, string name) =>
        connection.ServerProperties?.TryGetValue(name, out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : "?";
}
