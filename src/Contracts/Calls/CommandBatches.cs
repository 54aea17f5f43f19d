namespace Messaging;

/// <summary>Sends many commands and awaits once.</summary>
public static class CommandBatches
{
    // More at a time do not make the broker confirm faster.
    private const int MaxUnderWay = 4096;

    /// <summary>
    /// Sends every command, thousands at a time, and completes when the broker has all of them safe:
    /// <c>await shipments.SendAllAsync(orders.ShipAsync, ct)</c>. One that fails does not stop the others.
    /// </summary>
    /// <typeparam name="TCommand">The command's type.</typeparam>
    /// <param name="commands">The commands. Read as they are sent, so that a long sequence needs little memory.</param>
    /// <param name="send">Sends one, typically the contract's own method.</param>
    /// <param name="cancellationToken">Stops sending; commands that were sent may still run.</param>
    /// <returns>A task that completes when all are accepted.</returns>
    /// <exception cref="CommandsNotAcceptedException{TCommand}">Some were not accepted; it names them with their reasons. All others were.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task SendAllAsync<TCommand>(
        this IEnumerable<TCommand> commands, Func<TCommand, CancellationToken, Task> send, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(commands);
        ArgumentNullException.ThrowIfNull(send);
        var underWay = new Queue<(TCommand Command, Task Sending)>();
        List<CommandFailure<TCommand>>? failures = null;
        var count = 0;
        foreach (var command in commands)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (underWay.Count == MaxUnderWay)
            {
                await EndFirstAsync().ConfigureAwait(false);
            }

            underWay.Enqueue((command, Send(command)));
            count++;
        }

        while (underWay.Count > 0)
        {
            await EndFirstAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (failures is not null)
        {
            throw new CommandsNotAcceptedException<TCommand>(failures, count);
        }

        Task Send(TCommand command)
        {
            try
            {
                return send(command, cancellationToken);
            }
            catch (Exception exception)
            {
                // Whatever it throws is this command's outcome: the others are under way.
                return Task.FromException(exception);
            }
        }

        async Task EndFirstAsync()
        {
            var (command, sending) = underWay.Dequeue();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!sending.IsCompletedSuccessfully)
            {
                (failures ??= []).Add(new CommandFailure<TCommand>(
                    command, sending.Exception?.InnerException ?? new OperationCanceledException("Sending was cancelled.", cancellationToken)));
            }
        }
    }
}
