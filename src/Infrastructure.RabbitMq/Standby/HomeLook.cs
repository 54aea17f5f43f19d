using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Asks where a queue is, by a passive declaration that is given up when it takes too long.</summary>
internal sealed class HomeLook(BrokerConnection connection, LinkLifetime link)
{
    /// <summary>How long an answer may take. A broker that is busy takes longer too: a silent one is asked in another way.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether the broker gives a queue up whose node is away. Before version 4 it keeps the name for it.</summary>
    public bool CanBeMoved { get; } = int.TryParse(connection.Facts.Version?.Split('.')[0], CultureInfo.InvariantCulture, out var major) && major >= 4;

    /// <summary>Looks at a queue.</summary>
    /// <exception cref="OperationInterruptedException">The broker refuses the look for another reason than those of <see cref="QueueHome"/>.</exception>
    public Task<QueueFound> FindAsync(string queue, CancellationToken cancellationToken) =>
        AskAsync(channel => channel.QueueDeclarePassiveAsync(queue, cancellationToken), cancellationToken);

    /// <summary>Declares a queue, unless its node is away.</summary>
    /// <exception cref="OperationInterruptedException">The broker refuses it, e.g. because it exists with other arguments.</exception>
    public Task<QueueFound> DeclareAsync(string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken) =>
        AskAsync(
            channel => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken),
            cancellationToken);

    /// <summary>Deletes a queue whose node is away, where the broker does that. One that is consumed stays.</summary>
    /// <returns>Whether there is no such queue any more.</returns>
    public async Task<bool> DeleteAsync(string queue, CancellationToken cancellationToken)
    {
        var deleted = await AskAsync(
            async channel => new QueueDeclareOk(queue, await channel.QueueDeleteAsync(queue, ifUnused: true, ifEmpty: false, cancellationToken: cancellationToken).ConfigureAwait(false), 0),
            cancellationToken).ConfigureAwait(false);
        return deleted.Home is QueueHome.Here or QueueHome.Missing;
    }

    private async Task<QueueFound> AskAsync(Func<IChannel, Task<QueueDeclareOk>> ask, CancellationToken cancellationToken)
    {
        var channel = await link.OpenPassingChannelAsync(connection, cancellationToken).ConfigureAwait(false);
        var asking = ask(channel);
        try
        {
            var found = await asking.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
            return new QueueFound(QueueHome.Here, IsIdle: found is { MessageCount: 0, ConsumerCount: 0 });
        }
        catch (TimeoutException)
        {
            return new QueueFound(QueueHome.Silent);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound } reason)
        {
            return new QueueFound(IsAboutNode(reason) ? QueueHome.Down : QueueHome.Missing);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.AccessRefused })
        {
            return new QueueFound(QueueHome.Denied);
        }
        finally
        {
            // One that waits for a node that is away is not waited for; it ends with the connection at the latest.
            _ = EndAsync(channel, asking);
        }
    }

    // "no queue 'orders' in vhost '/'", or "home node 'a@b' of durable queue 'orders' in vhost '/' is down or inaccessible",
    // or "queue 'orders' in vhost '/' process is stopped by supervisor" and the like.
    private static bool IsAboutNode(ShutdownEventArgs reason) => !reason.ReplyText.Contains("no queue '", StringComparison.Ordinal);

    private static async Task EndAsync(IChannel channel, Task asking)
    {
        await PassingChannel.CloseAsync(channel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await channel.DisposeAsync().ConfigureAwait(false);
    }
}
