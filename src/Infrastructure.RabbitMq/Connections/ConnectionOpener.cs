using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Opens one connection to any of the endpoints, with the options as they are at that moment.</summary>
internal sealed partial class ConnectionOpener(IOptionsMonitor<RabbitMqOptions> monitor, ILogger logger)
{
    /// <summary>Opens a connection.</summary>
    /// <param name="purpose">What it is for, as its name at the broker states.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="TransportException">No endpoint could be used.</exception>
    public async Task<BrokerConnection> OpenAsync(string purpose, CancellationToken cancellationToken)
    {
        var options = Current();
        var addresses = new BrokerAddresses(options);
        List<string>? failures = null;
        Exception? last = null;
        foreach (var (host, port) in addresses.Shuffled())
        {
            var certificate = new CertificateCheck(options.Tls);
            try
            {
                var connection = await ConnectAsync(options, addresses, certificate, host, port, purpose, cancellationToken).ConfigureAwait(false);
                LogConnected(logger, purpose, host, port);
                return connection;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                var endpoint = BrokerAddresses.Describe(host, port);
                if (ConnectFailures.Fatal(e, endpoint, addresses) is { } fatal)
                {
                    throw fatal;
                }

                last = e;
                (failures ??= []).Add($"{endpoint}: {ConnectFailures.Explain(e, certificate.Refusal, options.ConnectTimeout)}");
            }
        }

        throw new TransportException(
            TransportFailure.NotSent,
            $"No connection to RabbitMQ. Tried {string.Join("; ", failures ?? [])}. Check that the broker runs and that {RabbitMqMessagingBuilderExtensions.Section} names it.",
            last);
    }

    private RabbitMqOptions Current()
    {
        try
        {
            return monitor.CurrentValue;
        }
        catch (OptionsValidationException e)
        {
            throw new TransportException(TransportFailure.Misconfigured, e.Message, e);
        }
    }

    private static async Task<BrokerConnection> ConnectAsync(
        RabbitMqOptions options,
        BrokerAddresses addresses,
        CertificateCheck certificate,
        string host,
        int port,
        string purpose,
        CancellationToken cancellationToken)
    {
        var sockets = new ConnectionSockets(addresses.UsesTls ? new TlsHandshake(options.Tls, certificate, host) : null);
        var factory = new ConnectionFactory
        {
            UserName = addresses.UserName,
            Password = addresses.Password,
            VirtualHost = addresses.VirtualHost,
            // Recovery is ours: a link that is lost is opened anew, with all that belongs to it.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ConsumerDispatchConcurrency = 1,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.ConnectTimeout,
            HandshakeContinuationTimeout = options.ConnectTimeout,
            MaxInboundMessageBodySize = RabbitMqOptionsValidator.MaxReadableBytes,
            SocketFactory = sockets.Create,
        };

        // The library is not told of TLS: it is in our sockets.
        var endpoint = new AmqpTcpEndpoint(host, port, new SslOption(), RabbitMqOptionsValidator.MaxReadableBytes);
        var name = $"{options.ClientProvidedName ?? AppDomain.CurrentDomain.FriendlyName} {purpose}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
        var connecting = factory.CreateConnectionAsync([endpoint], name, limit.Token);
        try
        {
            // The library goes on for seconds after its token: it waits for a peer that does not answer to close.
            return new BrokerConnection(await connecting.WaitAsync(limit.Token).ConfigureAwait(false), sockets, addresses.UserName);
        }
        catch
        {
            sockets.Dispose();
            _ = AbandonAsync(connecting);
            throw;
        }
    }

    private static async Task AbandonAsync(Task<IConnection> connecting)
    {
        // Its socket is closed, so it ends soon, one way or the other, and nobody waits for it.
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully)
        {
            await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    [LoggerMessage(103, LogLevel.Debug, "Connected to RabbitMQ at {Host}:{Port} for {Purpose}")]
    private static partial void LogConnected(ILogger logger, string purpose, string host, int port);
}
