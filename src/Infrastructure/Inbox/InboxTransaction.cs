using System.Data.Common;

namespace Messaging.Inbox;

/// <summary>An open transaction on a connection of its own.</summary>
public abstract class InboxTransaction : IAsyncDisposable
{
    /// <summary>The connection.</summary>
    public abstract DbConnection Connection { get; }

    /// <summary>The transaction.</summary>
    public abstract DbTransaction Transaction { get; }

    /// <summary>Commits.</summary>
    /// <param name="cancellationToken">Gives it up; whether it was committed is not known then.</param>
    /// <returns>Complete when everything in it is safe.</returns>
    public virtual Task CommitAsync(CancellationToken cancellationToken) => Transaction.CommitAsync(cancellationToken);

    /// <summary>Rolls back what was not committed, and closes the connection.</summary>
    /// <returns>Complete when the connection is closed.</returns>
    public virtual async ValueTask DisposeAsync()
    {
        try
        {
            await Transaction.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await Connection.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }
}
