namespace Messaging.Stores.Contract;

/// <summary>What can be wrong with any database.</summary>
public enum StoreFault
{
    Full,

    ReadOnly,

    Locked,

    /// <summary>Its server is down, or its file is not there.</summary>
    Away,
}

/// <summary>A database that a fault can be given, for real.</summary>
public interface IFaultyStore : IStoreHarness
{
    /// <summary>Begins the fault that it was made for.</summary>
    /// <returns>Ends the fault.</returns>
    Task<IAsyncDisposable> BeginAsync();
}

/// <summary>Ends a fault.</summary>
public sealed class FaultEnd(Func<Task> end) : IAsyncDisposable
{
    private Func<Task>? _end = end;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _end, null) is { } once)
        {
            await once();
        }
    }
}
