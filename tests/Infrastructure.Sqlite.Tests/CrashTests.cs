using System.Diagnostics;
using Messaging.InMemory;
using Messaging.Stores.Contract;

namespace Messaging.Sqlite.Tests;

public sealed class CrashTests
{
    [Fact(Timeout = 60_000)]
    public async Task What_a_process_committed_before_it_was_killed_is_published_by_the_next()
    {
        await using var harness = new SqliteHarness();
        var program = Path.Combine(AppContext.BaseDirectory, "Messaging.OutboxProcess.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, harness.ConnectionString, "3"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        try
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal($"committed {i}", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        var broker = new InMemoryBroker(TimeProvider.System);
        var script = new LedgerScript();
        await harness.ScalarAsync("CREATE TABLE effects (text text NOT NULL)");
        await using var worker = await StoreApplication.StartAsync(harness, broker, script, inbox: true);
        await using var next = await StoreApplication.StartAsync(harness, broker, outbox: static _ => { });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"committed {i}", await script.NextAsync());
        }

        await next.StopAsync();
        Assert.Equal(0, await harness.WaitingAsync());
    }
}
