using Messaging;
using Messaging.InMemory;
using Messaging.Stores.Contract;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Commits commands and stays alive without a worker to take them, to be killed: OutboxProcess <connection string> <count>.
// It writes a line after each commit. Nobody declares the service's queue on its broker, so nothing leaves it.
var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
application.Services.AddMessaging()
    .UseInMemory(new InMemoryBroker(TimeProvider.System))
    .UseSqliteStore(options => options.ConnectionString = args[0])
    .AddRequester<ILedger>()
    .AddOutbox();
var host = application.Build();
await host.StartAsync();
var outbox = host.Services.GetRequiredService<IOutbox>();
for (var i = 0; i < int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture); i++)
{
    await using var connection = new SqliteConnection(args[0]);
    await connection.OpenAsync();
    await using var transaction = await connection.BeginTransactionAsync();
    await outbox.In<ILedger>(transaction).AddAsync(new Entry($"committed {i}"));
    await transaction.CommitAsync();
    Console.WriteLine($"committed {i}");
}

await host.WaitForShutdownAsync();
