using System.Data.Common;

namespace Messaging.Stores.Contract;

/// <summary>A database of a test's own.</summary>
public interface IStoreHarness : IAsyncDisposable
{
    /// <summary>Has an application keep its outbox and inbox in it.</summary>
    void Use(MessagingBuilder messaging);

    /// <summary>Opens a connection, as the application's own code would.</summary>
    Task<DbConnection> OpenAsync();
}

public static class StoreHarnessExtensions
{
    public static async Task<long> ScalarAsync(this IStoreHarness harness, string sql)
    {
        await using var connection = await harness.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is long value ? value : 0;
    }

    public static Task<long> WaitingAsync(this IStoreHarness harness) => harness.ScalarAsync("SELECT count(*) FROM messaging_outbox WHERE failure IS NULL");

    public static Task<long> EffectsAsync(this IStoreHarness harness) => harness.ScalarAsync("SELECT count(*) FROM effects");
}
