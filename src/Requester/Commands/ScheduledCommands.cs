using Messaging.Calls;
using Messaging.Links;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Commands;

/// <summary>
/// Remembers cancelled commands at the broker: a queue that is named after each, and that goes by itself when no delay
/// can outlast it. A worker asks whether there is such a queue before it runs a command that was delayed.
/// </summary>
internal sealed class ScheduledCommands(Requester requester, TimeProvider time) : IScheduledCommands
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);

    // Longer by a day than any delay that the broker keeps in one piece: a worker asks at the end of each.
    private static readonly TimeSpan _remembered = OutboundMessage.MaxDelay + TimeSpan.FromDays(1);

    public Task CancelAsync(string service, string messageId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        _ = new CallOptions { MessageId = messageId };
        return RememberAsync(requester.Links, WireNames.CancelledQueue(service, messageId), cancellationToken);
    }

    private async Task RememberAsync(LinkKeeper<CallLink> links, string queue, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            try
            {
                var link = await links.GetAsync(ends.Token).ConfigureAwait(false);
                await link.DeclareMarkerAsync(queue, _remembered).WaitAsync(ends.Token).ConfigureAwait(false);
                return;
            }
            catch (TransportException exception) when (exception.Failure is TransportFailure.NotSent or TransportFailure.Unknown)
            {
                // Declaring it twice does no harm.
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(20), time, CancellationToken.None)).ConfigureAwait(false);
            }
            catch (TransportException exception)
            {
                throw new RpcException(
                    exception.Failure == TransportFailure.Denied ? StatusCode.PermissionDenied : StatusCode.FailedPrecondition, exception.Message, exception);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && deadline.IsCancellationRequested)
            {
                throw new RpcException(
                    StatusCode.Unavailable,
                    $"Cancelling a command: the broker could not be reached in {_timeout.TotalSeconds} s. {links.LastFailure?.Message} Cancel it again.")
                {
                    Reason = FailureReason.NotConnected,
                };
            }
        }
    }
}
