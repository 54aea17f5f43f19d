using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Faults.Tests.Support;

/// <summary>A host in this process with a worker or a requester, and what it logged.</summary>
internal sealed class Site(IHost host, LogRecorder log) : IAsyncDisposable
{
    public ICalc Calc => host.Services.GetRequiredService<ICalc>();

    public IReadOnlyCollection<string> Warnings => log.Warnings;

    /// <summary>How often it lost a link.</summary>
    public int LinksLost => log.Warnings.Count(static warning => warning.StartsWith("Link lost", StringComparison.Ordinal));

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
