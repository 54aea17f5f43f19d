using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Warns, once in the life of a transport, where the broker is set up so that delayed messages can come minutes late after
/// it restarts. In the background, when a worker of commands has been linked for a while.
/// </summary>
internal sealed partial class LateDelayWarning(TimeProvider time, ILogger logger)
{
    // Not among all that a start has to do anyway, and never in a process that lives only for a moment.
    private static readonly TimeSpan _after = TimeSpan.FromMinutes(1);

    private int _begun;

    /// <summary>A worker of commands has a link. Returns at once.</summary>
    public void Begin(BrokerConnection connection, LinkLifetime link)
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            _ = LookAsync(connection, link);
        }
    }

    private async Task LookAsync(BrokerConnection connection, LinkLifetime link)
    {
        IChannel? channel = null;
        bool? isSoon = null;
        try
        {
            await Task.Delay(_after, time, link.LostToken).ConfigureAwait(false);
            channel = await link.OpenPassingChannelAsync(connection, link.LostToken, LateDelayProbe.ChannelOptions).ConfigureAwait(false);
            isSoon = await LateDelayProbe.RunAsync(channel, time, link.LostToken).ConfigureAwait(false);
            if (isSoon is false)
            {
                LogLate(logger, LateDelayProbe.Remedy);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or OperationInterruptedException or AlreadyClosedException or IOException)
        {
            // The link was lost meanwhile: the next one looks.
        }
        finally
        {
            if (isSoon is null)
            {
                Volatile.Write(ref _begun, 0);
            }

            if (channel is { IsOpen: true })
            {
                await channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                    .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(130, LogLevel.Warning, "After a restart of this broker delayed messages, which retries and scheduled commands are, can come 3 minutes late or more, as RabbitMQ is slow to hand over again what the restart caught on its way. {Remedy}")]
    private static partial void LogLate(ILogger logger, string remedy);
}
