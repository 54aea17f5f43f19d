namespace Messaging;

/// <summary>
/// Cancels commands that were sent with <see cref="CallOptions.Delay"/>, by the <see cref="CallOptions.MessageId"/> that
/// they were given. Injectable where a requester is registered.
/// </summary>
public interface IScheduledCommands
{
    /// <summary>
    /// Cancels a command: when it is due, the worker that gets it drops it. Any process may cancel, whoever sent it. One
    /// that a worker has begun is not stopped, and an id that no command has does no harm.
    /// </summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="messageId">The command's message id.</param>
    /// <param name="cancellationToken">Stops waiting; the command may then be cancelled or not.</param>
    /// <returns>Complete when the broker remembers it.</returns>
    /// <exception cref="ArgumentException">The id is not one that <see cref="CallOptions.MessageId"/> takes.</exception>
    /// <exception cref="RpcException">The broker could not be reached within 30 s, or denies it.</exception>
    Task CancelAsync(string service, string messageId, CancellationToken cancellationToken = default);
}
