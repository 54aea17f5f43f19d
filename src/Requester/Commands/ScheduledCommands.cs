using Messaging.Calls;
using Messaging.Links;
using Messaging.Transport;

namespace Messaging.Commands;

/// <summary>
/// Has the broker remember which commands were cancelled. A worker asks it before it runs a command that was delayed.
/// </summary>
internal sealed class ScheduledCommands(Requester requester, TimeProvider time) : IScheduledCommands
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    public Task CancelAsync(string service, string messageId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(messageId);
        _ = new CallOptions { MessageId = messageId };
        return RememberAsync(requester.Links, service, messageId, cancellationToken);
    }

    private async Task RememberAsync(LinkKeeper<CallLink> links, string service, string messageId, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            try
            {
                ends.Token.ThrowIfCancellationRequested();
                var link = await links.GetAsync(ends.Token).ConfigureAwait(false);
                await link.RememberCancelledAsync(service, messageId).WaitAsync(ends.Token).ConfigureAwait(false);
                return;
            }
            catch (TransportException exception) when (exception.Failure is TransportFailure.NotSent or TransportFailure.Unknown)
            {
                // Remembering it twice does no harm.
                await Task.Delay(_pause, time, CancellationToken.None).ConfigureAwait(false);
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
