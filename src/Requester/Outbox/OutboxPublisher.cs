using System.Text.Json;
using Messaging.Calls;
using Messaging.Transport;

namespace Messaging.Outbox;

/// <summary>What became of publishing a command.</summary>
internal enum PublishOutcome
{
    Confirmed,

    /// <summary>There is no connection, or it broke, or the confirm did not come: everything has to wait.</summary>
    NotNow,

    /// <summary>The broker refused it for its queue: the service's commands have to wait.</summary>
    QueueRefuses,

    /// <summary>No queue takes it: as <see cref="QueueRefuses"/>, but not for ever.</summary>
    Unroutable,

    /// <summary>It can't be published, now or later.</summary>
    Never,
}

/// <summary>A command that was published, or not.</summary>
internal readonly record struct Published(OutboxEntry Entry, PublishOutcome Outcome, string? Reason = null);

/// <summary>Publishes a stored command through the requester's link.</summary>
internal sealed class OutboxPublisher(Requester requester, TimeProvider time)
{
    public bool IsConnected => requester.Links.Current is not null;

    public Task WaitForLinkAsync(CancellationToken cancellationToken) => requester.Links.GetAsync(cancellationToken);

    /// <summary>Never throws: a failure is the command's outcome. It begins to publish before it returns, so that the order is kept.</summary>
    public async Task<Published> PublishAsync(OutboxEntry entry, TimeSpan confirmTimeout)
    {
        try
        {
            if (requester.Links.Current is not { } link)
            {
                return new Published(entry, PublishOutcome.NotNow, requester.LastFailure?.Message ?? "There is no connection to the broker.");
            }

            await PublishAsync(link, entry.Command).WaitAsync(confirmTimeout, time).ConfigureAwait(false);
            return new Published(entry, PublishOutcome.Confirmed);
        }
        catch (TransportException exception)
        {
            return new Published(
                entry,
                exception.Failure switch
                {
                    TransportFailure.TooLarge => PublishOutcome.Never,
                    TransportFailure.Unroutable => PublishOutcome.Unroutable,
                    TransportFailure.Refused or TransportFailure.Denied or TransportFailure.Misconfigured => PublishOutcome.QueueRefuses,
                    _ => PublishOutcome.NotNow,
                },
                exception.Message);
        }
        catch (TimeoutException)
        {
            return new Published(entry, PublishOutcome.NotNow, $"The broker has not confirmed a command in {confirmTimeout}.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return new Published(entry, PublishOutcome.Never, $"The row can't be read as a command: {exception.Message}");
        }
        catch (Exception exception)
        {
            // Unforeseen, so nothing is known of the row or the broker: its place must not be taken for published for ever.
            return new Published(entry, PublishOutcome.NotNow, $"{exception.GetType()}: {exception.Message}");
        }
    }

    private static Task PublishAsync(CallLink link, OutboxCommand command)
    {
        var (headers, route) = OutboxHeaders.Read(command);
        return link.PublishConfirmedAsync(new OutboundMessage
        {
            Queue = route.Queue,
            Type = command.Operation,
            ContentType = command.ContentType,
            MessageId = command.MessageId,
            CorrelationId = command.MessageId,
            Persistent = true,
            Headers = headers,
            Body = command.Body,
        }).AsTask();
    }
}
