using System.Data.Common;
using System.Threading.Channels;

namespace Messaging.Stores.Contract;

/// <summary>The contract that the suite uses.</summary>
[Service("ledger")]
public interface ILedger
{
    [Command]
    Task AddAsync(Entry command, CancellationToken cancellationToken = default);

    [Command(OrderedBy = nameof(Line.Account))]
    Task BookAsync(Line command, CancellationToken cancellationToken = default);

    [Command(Priority = CommandPriority.High)]
    Task AlertAsync(Entry command, CancellationToken cancellationToken = default);

    [Operation(ReplayReplies = true)]
    Task<Count> CountAsync(Entry request, CancellationToken cancellationToken = default);
}

/// <summary>A service that nobody serves.</summary>
[Service("nobody")]
public interface INobody
{
    [Command]
    Task AddAsync(Entry command, CancellationToken cancellationToken = default);
}

public sealed record Entry(string Text);

public sealed record Line(string Account, int Number);

public sealed record Count(int Value);

/// <summary>Writes each command into the table effects, in the inbox's transaction where there is one.</summary>
public sealed class Ledger(LedgerScript script, IServiceProvider services) : ILedger
{
    public async Task AddAsync(Entry command, CancellationToken cancellationToken)
    {
        if (services.GetService(typeof(IInboxTransaction)) is IInboxTransaction { IsActive: true } inbox)
        {
            var insert = inbox.Connection.CreateCommand();
            await using (insert)
            {
                insert.Transaction = inbox.Transaction;
                insert.CommandText = "INSERT INTO effects (text) VALUES (@text)";
                var text = insert.CreateParameter();
                text.ParameterName = "text";
                text.Value = command.Text;
                insert.Parameters.Add(text);
                try
                {
                    await insert.ExecuteNonQueryAsync(cancellationToken);
                }
                catch (DbException exception)
                {
                    // As libraries between a handler and its database do.
                    throw new LedgerException("The entry could not be written.", exception);
                }
            }

            if (script.OnWrite is { } write)
            {
                await write(command, inbox);
            }

            if (services.GetService(typeof(IOutbox)) is IOutbox outbox && command.Text.StartsWith("forward", StringComparison.Ordinal))
            {
                await outbox.In<INobody>(inbox.Transaction).AddAsync(command, cancellationToken);
            }
        }

        await script.OnAdd(command);
        script.Handled.Writer.TryWrite((command.Text, CallContext.Current!));
    }

    public Task BookAsync(Line command, CancellationToken cancellationToken) => HandleAsync($"{command.Account} {command.Number}");

    public Task AlertAsync(Entry command, CancellationToken cancellationToken) => HandleAsync(command.Text);

    private async Task HandleAsync(string text)
    {
        await script.OnAdd(new Entry(text));
        script.Handled.Writer.TryWrite((text, CallContext.Current!));
    }

    public Task<Count> CountAsync(Entry request, CancellationToken cancellationToken) => Task.FromResult(new Count(script.CountCalls()));
}

public sealed class LedgerException(string message, Exception innerException) : Exception(message, innerException);

/// <summary>What the handlers of a test do, and what they have done.</summary>
public sealed class LedgerScript
{
    private int _calls;

    public Channel<(string Text, CallContext Context)> Handled { get; } = Channel.CreateUnbounded<(string, CallContext)>();

    public Func<Entry, Task> OnAdd { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Writes something else besides, in the inbox's transaction.</summary>
    public Func<Entry, IInboxTransaction, Task>? OnWrite { get; set; }

    public int CountCalls() => Interlocked.Increment(ref _calls);

    public async Task<string> NextAsync() => (await Handled.Reader.ReadAsync(TestContext.Current.CancellationToken)).Text;
}
