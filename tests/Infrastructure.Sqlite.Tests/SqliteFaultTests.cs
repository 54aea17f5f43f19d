using Messaging.Stores.Contract;

namespace Messaging.Sqlite.Tests;

public sealed class SqliteFaultTests : StoreFaultContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_file_is_deleted_and_go_on_in_one_that_takes_its_place()
    {
        var store = new FaultySqlite();
        store.Fault = () =>
        {
            store.MoveFiles(store.Folder, store.Aside);
            return async () =>
            {
                // Elsewhere, and moved into place, as a restored backup is.
                await store.CopyEffectsAsync(Path.Combine(store.Aside, FaultySqlite.FileName), Path.Combine(store.Spare, FaultySqlite.FileName));
                store.MoveFiles(store.Spare, store.Folder);
            };
        };
        await SurviveAsync(store);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_file_that_another_takes_the_place_of_is_not_written_any_more()
    {
        await using var store = new FaultySqlite();
        await CreateEffectsAsync(store);
        await using var worker = await StartAsync(store);
        Deliver(0);
        await UntilEffectsAsync(store, 1);
        await store.CopyEffectsAsync(Path.Combine(store.Folder, FaultySqlite.FileName), Path.Combine(store.Spare, FaultySqlite.FileName));
        store.MoveFiles(store.Folder, store.Aside);
        store.MoveFiles(store.Spare, store.Folder);
        store.Forget();
        Deliver(1);
        await UntilEffectsAsync(store, 2);
        await worker.StopAsync();
        AssertUncounted();
    }

    protected override Task<IFaultyStore> MakeAsync(StoreFault fault) => Task.FromResult<IFaultyStore>(FaultySqlite.Create(fault));
}
