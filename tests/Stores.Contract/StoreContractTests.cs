using System.Text;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Stores.Contract;

/// <summary>What the outbox and the inbox must do in every database. Inherit it and make a database in <see cref="StartAsync"/>.</summary>
public abstract partial class StoreContractTests : IAsyncLifetime
{
    private const int TimeoutMs = 60_000;
    private const string Commands = "ledger.commands";

    private IStoreHarness? _harness;

    protected IStoreHarness Harness => _harness ?? throw new InvalidOperationException("The harness is there once InitializeAsync has run.");

    protected InMemoryBroker Broker { get; } = new(TimeProvider.System);

    protected LedgerScript Script { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _harness = await StartAsync();
        await Harness.ScalarAsync("CREATE TABLE effects (text text NOT NULL)");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_harness is not null)
        {
            await _harness.DisposeAsync();
        }
    }

    protected abstract Task<IStoreHarness> StartAsync();

    [Fact]
    public void A_second_store_is_refused_instead_of_the_last_winning()
    {
        var builder = new ServiceCollection().AddMessaging();
        Harness.Use(builder);

        var failure = Assert.Throws<InvalidOperationException>(() => Harness.Use(builder.Services.AddMessaging()));

        Assert.Contains("Two stores are chosen", failure.Message, StringComparison.Ordinal);
        Assert.Contains("remove one", failure.Message, StringComparison.Ordinal);
    }

    private static void Quick(OutboxOptions options) => options.MaxDelay = TimeSpan.FromMilliseconds(100);

    private Task<StoreApplication> StartSenderAsync(Action<OutboxOptions>? options = null) =>
        StoreApplication.StartAsync(Harness, Broker, outbox: options ?? Quick);

    private Task<StoreApplication> StartWorkerAsync(bool inbox = true) => StoreApplication.StartAsync(Harness, Broker, Script, inbox);

    private void Deliver(string text, string? messageId) =>
        Assert.True(Broker.Faults.RawPublish(Commands, new InboundMessage { Type = "Add", MessageId = messageId, Body = Body(text) }));

    private static byte[] Body(string text) => Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}""");
}
